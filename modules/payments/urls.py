"""The addresses that tenants open without signing in, and the sandbox provider's own page."""

from django.urls import path

from .views import pay, result, sandbox

app_name = "pay"
urlpatterns = [
    path("p/<str:token>/", pay.bill, name="bill"),
    path("p/<str:token>/pay/", pay.press, name="press"),
    path("p/<str:token>/send-link/", pay.send_link, name="send_link"),
    path("p/<str:token>/bill/<slug:number>.pdf", pay.bill_pdf, name="bill_pdf"),
    path("p/<str:token>/payments/<slug:reference>/", result.payment, name="payment"),
    path("p/<str:token>/receipts/<slug:number>.pdf", result.receipt, name="receipt"),
    path("sandbox/<slug:reference>/", sandbox.checkout, name="sandbox"),
]

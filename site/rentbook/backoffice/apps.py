from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "rentbook.backoffice"
    label = "backoffice"
    verbose_name = "Back office"

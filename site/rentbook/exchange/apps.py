from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "rentbook.exchange"
    label = "exchange"
    verbose_name = "Exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from rentbook.kernel.scoping import LandlordPolicy

        from . import schedules  # noqa: F401
        from .models import Callback

        register_permission_policy(Callback, LandlordPolicy(Callback))

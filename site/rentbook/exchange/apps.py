from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "rentbook.exchange"
    label = "exchange"
    verbose_name = "Exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import schedules  # noqa: F401

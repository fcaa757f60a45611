from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    name = "rentbook.kernel"
    label = "kernel"
    verbose_name = "Kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from . import checks, keeping, roles, schedules, scheduling  # noqa: F401
        from .log import LogEntry
        from .people import Landlord, Membership
        from .scoping import LandlordPolicy, ScopedModel

        for model in apps.get_models():
            if issubclass(model, ScopedModel):
                register_permission_policy(model, LandlordPolicy(model))
        register_permission_policy(Landlord, LandlordPolicy(Landlord, "pk"))
        for model in (LogEntry, Membership):
            register_permission_policy(model, LandlordPolicy(model))
        post_migrate.connect(keeping.keep_log, sender=self, dispatch_uid="rentbook.log")
        post_migrate.connect(roles.sync_roles, dispatch_uid="rentbook.roles")
        post_migrate.connect(scheduling.sync_schedules, dispatch_uid="rentbook.schedules")

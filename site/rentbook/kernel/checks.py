"""System checks: each says what to do."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection


@checks.register()
def modules_off(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Warning(f"Module {label} is off: {why}.", id="rentbook.W001")
        for label, why in settings.RENTBOOK_MODULES_OFF.items()
    ]


@checks.register()
def sqlite_takes_its_lock_first(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    # Without IMMEDIATE, two payments at once read before either locks, and SQLite fails one with "database is locked".
    options = connection.settings_dict.get("OPTIONS", {})
    if connection.vendor != "sqlite" or options.get("transaction_mode") == "IMMEDIATE":
        return []
    return [checks.Error("SQLite must run with transaction_mode IMMEDIATE: set it in DATABASES.", id="rentbook.E001")]


@checks.register()
def pdf_can_be_made(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        hint = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"
        return [checks.Warning("PDFs cannot be made: Pango is missing.", hint=hint, id="rentbook.W002")]
    return []

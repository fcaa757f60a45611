import os
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile our own translations that are newer than their compiled form; needs no gettext tools."
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        ours = (app for app in apps.get_app_configs() if app.name.startswith(("rentbook.", "modules.")))
        for folder in [*(Path(app.path) / "locale" for app in ours), *map(Path, settings.LOCALE_PATHS)]:
            for source in folder.glob("*/LC_MESSAGES/*.po"):
                self._compile(source)

    def _compile(self, source: Path) -> None:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            return
        with source.open("rb") as file:
            catalogue = read_po(file)
        # Whoever else compiles or reads at this moment finds the old file or the new one, never half of one.
        part = target.with_suffix(f".{os.getpid()}")
        with part.open("wb") as file:
            write_mo(file, catalogue)
        part.replace(target)

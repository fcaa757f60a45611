from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile the translations of our own apps that are newer than their compiled form; needs no gettext tools."
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *args, **options) -> None:
        for app in apps.get_app_configs():
            if app.name.startswith(("rentbook.", "modules.")):
                for source in Path(app.path).glob("locale/*/LC_MESSAGES/*.po"):
                    self._compile(source)

    def _compile(self, source: Path) -> None:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            return
        with source.open("rb") as file:
            catalogue = read_po(file)
        with target.open("wb") as file:
            write_mo(file, catalogue)

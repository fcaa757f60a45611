import os

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from rentbook.exchange.demo import sign_ins
from rentbook.kernel.people import Landlord
from rentbook.paths import VAR


class Command(BaseCommand):
    help = "What `make run` does after the installation: database, translations, on the first run the demo, then serve."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args, **options) -> None:
        if "BASE_URL" not in os.environ:
            # The demo's links lead to the port that is served.
            os.environ["BASE_URL"] = settings.BASE_URL = f"http://127.0.0.1:{options['port']}"
        self.stdout.write(f"Rentbook is being made ready in {VAR} ...")
        call_command("migrate", verbosity=0)
        call_command("compile_catalogues")
        if not Landlord.objects.exists():
            call_command("demo")
        elif found := sign_ins():
            self.stdout.write("\n    ".join(["Sign in with:", *found]))
        self.stdout.write(f"\nRentbook serves on {settings.BASE_URL} (Ctrl-C stops it)")
        self.stdout.flush()
        call_command("serve", port=options["port"])

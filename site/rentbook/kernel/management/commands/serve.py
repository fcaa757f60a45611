import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rentbook.kernel.supervisor import Supervisor


class Command(BaseCommand):
    help = "Serve the site and run its worker, both restarted when one dies; Ctrl-C stops them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        manage = [sys.executable, sys.argv[0]]
        threads = str(min(8, 2 * (os.cpu_count() or 1) + 1))
        web = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning",
            "--host", options["host"], "--port", str(options["port"]), "--workers", "1", "--blocking-threads", threads,
            "rentbook.wsgi:application",
        ]  # fmt: skip
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "BASE_URL": os.environ.get("BASE_URL", f"http://{options['host']}:{options['port']}"),
        }
        Supervisor({"web": web, "worker": [*manage, "qcluster"]}, environment).run()

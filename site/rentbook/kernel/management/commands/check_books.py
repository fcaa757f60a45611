from argparse import ArgumentParser
from typing import Any

from rentbook.kernel.commands import Command as Base
from rentbook.kernel.commands import landlord_code
from rentbook.kernel.contributions import book_checks
from rentbook.kernel.people import Landlord


class Command(Base):
    help = "Prove every invariant of the books; exit 1 on a break."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--landlord", metavar="CODE", help="only this landlord")

    def run(self, **options: Any) -> dict[str, Any]:
        landlords = (
            [landlord_code(options["landlord"])] if options["landlord"] else list(Landlord.objects.order_by("pk"))
        )
        checks = []
        for check in book_checks:
            breaks = [f"{landlord.code}: {text}" for landlord in landlords for text in check.breaks(landlord)]
            checks.append({"name": check.name, "ok": not breaks, "detail": "; ".join(breaks[:20])})
            self.say(f"{'ok   ' if not breaks else 'BREAK'} {check.name} {checks[-1]['detail']}".rstrip())
        return {"ok": all(check["ok"] for check in checks), "checks": checks}

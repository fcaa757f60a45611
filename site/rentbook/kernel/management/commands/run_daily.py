import logging
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from rentbook.kernel import clock
from rentbook.kernel.commands import Command as Base
from rentbook.kernel.commands import day, landlord_code
from rentbook.kernel.people import Landlord
from rentbook.kernel.scheduling import do_day

logger = logging.getLogger(__name__)


class Command(Base):
    help = "Do all that is due today, in the right order, catching up missed days."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=day, help="as of this day instead of each landlord's local today")
        parser.add_argument("--landlord", metavar="CODE", help="only this landlord")

    def run(self, **options: Any) -> dict[str, Any]:
        landlords = [landlord_code(options["landlord"])] if options["landlord"] else Landlord.objects.order_by("pk")
        done: Counter = Counter()
        failed = []
        for landlord in landlords:
            try:
                done.update(do_day(landlord, options["on"] or clock.today(landlord)))
            except Exception:
                # One landlord's trouble must not keep the others' day from being run.
                logger.exception("The day of landlord %s failed.", landlord.code)
                failed.append(landlord.code)
        for name, count in sorted(done.items()):
            self.say(f"{name}: {count}")
        if failed:
            self.say(f"Failed, and to be run again: {', '.join(failed)}")
        return {**done, "failed": failed}

    def refused(self, result: dict[str, Any]) -> bool:
        return bool(result["failed"])

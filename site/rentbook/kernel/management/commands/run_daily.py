from collections import Counter
from typing import Any

from rentbook.kernel import clock
from rentbook.kernel.commands import Command as Base
from rentbook.kernel.commands import day, landlord_code
from rentbook.kernel.people import Landlord
from rentbook.kernel.scheduling import catch_up, run_day


class Command(Base):
    help = "Do all that is due today, in the right order, catching up missed days."

    def arguments(self, parser) -> None:
        parser.add_argument("--on", type=day, help="as of this day instead of each landlord's local today")
        parser.add_argument("--landlord", metavar="CODE", help="only this landlord")

    def run(self, **options: Any) -> dict[str, Any]:
        landlords = [landlord_code(options["landlord"])] if options["landlord"] else Landlord.objects.order_by("pk")
        done: Counter = Counter()
        for landlord in landlords:
            on = options["on"] or clock.today(landlord)
            done.update(catch_up(landlord, on))
            # A day done once is looked at again on request: what was added since is due too.
            done.update(run_day(landlord, on))
        for name, count in sorted(done.items()):
            self.say(f"{name}: {count}")
        return dict(done)

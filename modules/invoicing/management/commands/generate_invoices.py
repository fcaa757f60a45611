from typing import Any

from modules.invoicing.selectors import month_of
from modules.invoicing.services import issue_rent_invoices, preview_rent_invoices
from modules.invoicing.wording import plain
from rentbook.kernel.commands import Command as Base
from rentbook.kernel.commands import landlord_code, month
from rentbook.kernel.money import show, sums
from rentbook.kernel.people import Landlord


class Command(Base):
    help = "Issue the invoices whose planned issue day falls in a month. Run again it creates nothing."

    def arguments(self, parser) -> None:
        parser.add_argument("--month", type=month, required=True, metavar="YYYY-MM")
        parser.add_argument("--landlord", metavar="CODE", help="only this landlord")
        parser.add_argument("--dry-run", action="store_true", help="count what would be issued, issue nothing")

    def run(self, **options: Any) -> dict[str, Any]:
        first, last = month_of(options["month"])
        landlords = [landlord_code(options["landlord"])] if options["landlord"] else Landlord.objects.order_by("pk")
        work = preview_rent_invoices if options["dry_run"] else issue_rent_invoices
        results = [work(landlord=landlord, first=first, last=last) for landlord in landlords]
        totals = sums(money for result in results for money in result.total)
        created, existing = sum(result.created for result in results), sum(result.existing for result in results)
        issued = ", ".join(show(money, "en", plain=True) for money in totals) or "nothing"
        self.say(f"{created} invoices created ({issued}), {existing} were there.")
        problems = [problem for result in results for problem in result.problems]
        for problem in problems:
            self.say(f"Not billed: {problem}")
        runs = [result.run.pk for result in results if result.run]
        return {
            "run": runs[0] if len(runs) == 1 else runs or None,
            "created": created,
            "existing": existing,
            "total": {str(money.currency): plain(money) for money in totals},
            "problems": problems,
        }

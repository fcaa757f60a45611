"""What a run says of itself."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from modules.invoicing.grouping import Bill
from modules.invoicing.models import BillingRun
from rentbook.kernel.money import Money


@dataclass
class RunResult:
    """What a run did: the run when it made anything, invoices created, invoices that were there, money billed.

    `problems` has a sentence for each lease that could not be billed.
    """

    run: BillingRun | None = None
    created: int = 0
    existing: int = 0
    totals: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> list[Money]:
        return [Money(amount, currency) for currency, amount in sorted(self.totals.items())]

    def count(self, bill: Bill) -> None:
        self.created += 1
        self.totals[bill.currency] += bill.total

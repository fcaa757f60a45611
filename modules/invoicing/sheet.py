"""What invoicing reads from a row of the leases sheet: the opening balance."""

from rentbook.exchange import cells
from rentbook.exchange.sheets import Outcome, Row
from rentbook.kernel.contributions import Column, SheetPart, sheet_parts
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord

from .services import OpeningBalance, open_balances
from .services.opening import opening_amounts

ALIASES = [
    "opening balance", "balance", "arrears", "balance owed", "balance b/f",
    "deni", "deni la nyuma", "salio la deni", "malimbikizo",
    "arriérés", "solde dû", "reste à payer", "impayés",
    "المتأخرات", "المبلغ المتأخر", "الرصيد الافتتاحي", "رصيد مستحق",
]  # fmt: skip


def apply(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """Enter each opening balance once; a different figure on a lease that has one is remarked, not entered."""
    given = {row.made["lease"]: row for row in rows if row.get("opening_balance") is not None and "lease" in row.made}
    known = opening_amounts(landlord, [lease.pk for lease in given])
    balances = []
    for lease, row in given.items():
        amount = Money(row.get("opening_balance"), lease.currency)
        if lease.pk in known:
            if known[lease.pk] != amount:
                entered = known[lease.pk]
                outcome.warn(
                    row, "opening_balance", f"The opening balance is {entered} already: correct it by an entry."
                )
        elif amount and lease.state not in lease.LIVE:
            outcome.warn(row, "opening_balance", f"This lease ended on {lease.end}: enter the balance by hand.")
        elif amount:
            balances.append(OpeningBalance(lease, amount))
            outcome.mark("lease", row.made["lease_key"], "updated")
    open_balances(landlord=landlord, balances=balances, on=outcome.on)


sheet_parts.register(SheetPart("invoicing", "leases", [Column("opening_balance", cells.amount, ALIASES)], apply))

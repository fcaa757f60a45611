"""What invoicing reads from a row of the leases sheet: the opening balance."""

from modules.leasing.models import Lease
from rentbook.exchange import cells
from rentbook.exchange.sheets import Outcome, Row
from rentbook.kernel.contributions import Column, SheetPart, sheet_parts
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord

from .models import DepositEntry
from .services import OpeningBalance, hold_deposits, open_balances
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
    _hold(rows, landlord, outcome)


def _hold(rows: list[Row], landlord: Landlord, outcome: Outcome) -> None:
    """The deposit of a lease that was taken over is held; another figure is remarked, not entered."""
    made = {row.made["lease"].pk: row for row in rows if "lease" in row.made}
    entered = DepositEntry.objects.of(landlord).filter(kind=DepositEntry.Kind.HELD, reverses=None, lease__in=made)
    for entry in entered:
        row = made[entry.lease_id]
        if row.get("deposit") not in (None, entry.amount.amount):
            outcome.warn(row, "deposit", f"A deposit of {entry.amount} is held already: correct it by an entry.")
    taken_over = Lease.objects.of(landlord).filter(pk__in=made, signed_on=None, state=Lease.State.ACTIVE)
    hold_deposits(landlord=landlord, leases=taken_over, on=outcome.on, by=outcome.by)


sheet_parts.register(SheetPart("invoicing", "leases", [Column("opening_balance", cells.amount, ALIASES)], apply))

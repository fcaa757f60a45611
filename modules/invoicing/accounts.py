"""The account that a row of invoicing is stamped with when it is made (docs/rules.md, D46)."""

from modules.leasing.streams import TAX
from rentbook.kernel.accounts import Account

from .models import Settlement

#: What a line asks for, by its stream; any other is an other charge.
STREAMS = {
    "rent": Account.RENT,
    "electricity": Account.UTILITIES,
    "water": Account.UTILITIES,
    "wifi": Account.UTILITIES,
    "garbage": Account.UTILITIES,
    "security": Account.UTILITIES,
    "opening-balance": Account.OPENING,
    "late-fee": Account.LATE_FEES,
    "deposit": Account.DEPOSITS,
}
#: Where what settles a bill comes from, or where it is lost.
SETTLED = {
    Settlement.Kind.PAYMENT: Account.CASH,
    Settlement.Kind.CREDIT: Account.PREPAID,
    # The lines of the note post it: what it settles moves nothing.
    Settlement.Kind.CREDIT_NOTE: Account.RECEIVABLE,
    Settlement.Kind.WITHHOLDING: Account.WITHHELD,
    Settlement.Kind.WRITE_OFF: Account.BAD_DEBTS,
    Settlement.Kind.DEPOSIT: Account.DEPOSITS,
}
#: Where credit came from, by the first word of its cause.
CREDITED = {"payment": Account.CASH, "opening": Account.OPENING, "credit_note": Account.RECEIVABLE}


def account_of(stream: str) -> str:
    """The code of a stream's account; that of tax for the tax on any of them."""
    return (Account.TAX if stream.startswith(TAX) else STREAMS.get(stream, Account.OTHER)).value


def credited(source: str) -> str:
    """Where credit of this cause came from; money in hand where the cause is no other."""
    return CREDITED.get(source.partition(":")[0], Account.CASH)

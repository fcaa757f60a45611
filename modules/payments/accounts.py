"""The account into which money comes, by the method of its payment (docs/rules.md, D46)."""

from rentbook.kernel.accounts import Account

from .models import Method

RECEIVED = {
    Method.CASH: Account.CASH,
    Method.MOBILE_MONEY: Account.MOBILE_MONEY,
    Method.ONLINE: Account.ONLINE,
    Method.BANK_TRANSFER: Account.BANK,
    Method.CHEQUE: Account.BANK,
}

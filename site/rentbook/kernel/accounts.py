"""The chart of accounts: a code for each kind of money, stamped on a row when it is made.

A stamped code stays what it was, whatever the chart says next year (docs/rules.md, D46).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.TextChoices):
    CASH = "1000", _("Cash")
    MOBILE_MONEY = "1010", _("Mobile money")
    BANK = "1020", _("Bank")
    ONLINE = "1030", _("Online payments on their way")
    RECEIVABLE = "1100", _("Tenants’ receivables")
    WITHHELD = "1200", _("Withholding tax receivable")
    PREPAID = "2000", _("Tenants’ credit")
    DEPOSITS = "2100", _("Tenants’ deposits")
    TAX = "2200", _("Tax to pay")
    OPENING = "3000", _("Opening balances")
    RENT = "4000", _("Rent")
    UTILITIES = "4100", _("Utilities and services")
    LATE_FEES = "4200", _("Late fees")
    OTHER = "4300", _("Other charges")
    BAD_DEBTS = "6000", _("Bad debts")

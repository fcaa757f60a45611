"""What reduces an invoice's balance, and the credit a tenant has."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from modules.leasing.models import Lease
from rentbook.kernel.accounts import Account
from rentbook.kernel.money import AmountField
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel

from .invoices import Invoice, InvoiceLine


class Settlement(ScopedModel):
    """What reduces an invoice's balance. A row is never changed: a wrong one is reversed by another (R11).

    A reversal has the opposite amount, so what is paid is the plain sum of an invoice's settlements.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("payment")
        CREDIT = "credit", _("credit")
        CREDIT_NOTE = "credit_note", _("credit note")
        WITHHOLDING = "withholding", _("withholding tax")
        WRITE_OFF = "write_off", _("write-off")
        DEPOSIT = "deposit", _("deposit")
        REVERSAL = "reversal", _("reversal")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="settlements", verbose_name=_("invoice"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    value_date = models.DateField(_("value date"))
    entry_date = models.DateField(_("entry date"))
    #: What proves it outside: the certificate of a withholding, the decision of a write-off.
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    account = models.CharField(_("account"), max_length=12, default=Account.CASH, editable=False)
    source = models.CharField(_("source"), max_length=60, unique=True, editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses")
    )

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses=None) & ~Q(kind="reversal")
                | Q(amount__lt=0, reverses__isnull=False, kind="reversal"),
                name="settlement_signed",
            ),
            models.CheckConstraint(
                condition=~Q(kind="withholding", reference="") & ~Q(kind="write_off", reason=""),
                name="settlement_proved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class Credit(ScopedModel):
    """Money of a tenant ahead of charges: a liability until it is applied (D26).

    What is left of it is `amount` less `applied`. Credit that is taken back counts as applied to its reversal, a row
    with the opposite amounts.
    """

    lease = models.ForeignKey(Lease, models.PROTECT, related_name="credits", verbose_name=_("lease"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    applied = AmountField(_("applied"), default=0)
    value_date = models.DateField(_("value date"))
    entry_date = models.DateField(_("entry date"))
    #: Where the money is, or what it was before.
    account = models.CharField(_("account"), max_length=12, default=Account.CASH, editable=False)
    note = models.CharField(_("note"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=60, unique=True, editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses")
    )

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        ordering = ["value_date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, applied__gte=0, applied__lte=F("amount"), reverses=None)
                | Q(amount__lt=0, applied=F("amount"), reverses__isnull=False),
                name="credit_not_overspent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class CreditNote(ScopedModel):
    """What an issued invoice asked too much, line by line: the invoice itself is never edited (docs/rules.md, D8, D24).

    It settles what is open on the invoice; the rest is the tenant's credit.
    """

    log_label = F("number")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes", verbose_name=_("invoice"))
    number = models.CharField(_("number"), max_length=30)
    issue_date = models.DateField(_("issued on"))
    currency = models.CharField(_("currency"), max_length=3)
    total = AmountField(_("total"))
    reason = models.CharField(_("reason"), max_length=200)
    #: Its cause, once and for ever; none for one that a person wrote.
    source = models.CharField(_("source"), max_length=60, null=True, blank=True, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["landlord", "number"], name="credit_note_number_once"),
            models.UniqueConstraint(fields=["landlord", "source"], name="credit_note_cause_once"),
            models.CheckConstraint(condition=Q(total__gt=0), name="credit_note_above_zero"),
        ]

    def __str__(self) -> str:
        return self.number


class CreditNoteLine(ScopedModel):
    """What of one invoice line is credited: the days that were not used, or a part of its amount."""

    credit_note = models.ForeignKey(CreditNote, models.PROTECT, related_name="lines", verbose_name=_("credit note"))
    line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="credited", verbose_name=_("invoice line"))
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("through"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    arithmetic = models.CharField(_("arithmetic"), max_length=200, blank=True)
    account = models.CharField(_("account"), max_length=12, editable=False)

    class Meta:
        verbose_name = _("line of a credit note")
        verbose_name_plural = _("lines of credit notes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_note_line_above_zero"),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="credit_note_line_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.line}"

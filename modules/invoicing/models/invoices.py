"""Invoices and their lines."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from modules.leasing.models import Lease, OneOffCharge
from modules.leasing.streams import stream_word
from rentbook.kernel.accounts import Account
from rentbook.kernel.money import AmountField, Money
from rentbook.kernel.people import Landlord
from rentbook.kernel.percent import PercentField
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel, because

from .runs import BillingRun


class Invoice(StatefulModel, ScopedModel):
    """What a tenant owes for a period of a lease. Issued, it never changes, but for what settles it (D24)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")
        PAID = "paid", _("paid")
        OVERDUE = "overdue", _("overdue")
        CANCELLED = "cancelled", _("cancelled")

    log_label = Coalesce("number", Value(""))

    OPEN = (State.SENT, State.OVERDUE)

    # Both lead an index below: one of their own would only be written.
    landlord = models.ForeignKey(Landlord, models.PROTECT, db_index=False, related_name="+", verbose_name=_("landlord"))
    lease = models.ForeignKey(Lease, models.PROTECT, db_index=False, related_name="invoices", verbose_name=_("lease"))
    run = models.ForeignKey(
        BillingRun, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("billing run")
    )
    number = models.CharField(_("number"), max_length=30, null=True, blank=True)
    state = FSMField(_("state"), choices=State.choices, default=State.DRAFT, protected=True, editable=False)
    issue_date = models.DateField(_("issued on"), null=True, blank=True)
    due_date = models.DateField(_("due on"))
    #: The day on which an issued one was withdrawn: from then on nothing of it is owed.
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True, editable=False)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period through"))
    currency = models.CharField(_("currency"), max_length=3)
    total = AmountField(_("total"))
    amount_paid = AmountField(_("paid"), default=0)
    amount_reserved = AmountField(_("being paid"), default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-due_date", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["landlord", "number"], name="invoice_number_once"),
            models.CheckConstraint(condition=Q(total__gte=0), name="invoice_total_not_negative"),
            models.CheckConstraint(condition=Q(amount_paid__gte=0), name="invoice_paid_not_negative"),
            models.CheckConstraint(condition=Q(amount_reserved__gte=0), name="invoice_reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(amount_paid__lte=F("total") - F("amount_reserved")), name="invoice_never_overpaid"
            ),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="invoice_period_forward"),
            models.CheckConstraint(
                condition=Q(number__isnull=False, issue_date__isnull=False) | Q(state__in=["draft", "cancelled"]),
                name="invoice_issued_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(issue_date=None) | Q(cancelled_on__isnull=False),
                name="invoice_cancelled_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["landlord", "state", "due_date"], name="invoice_by_due_date"),
            models.Index(fields=["lease", "due_date"], name="invoice_by_lease"),
        ]

    def __str__(self) -> str:
        return self.number or str(_("draft"))

    @property
    def balance(self) -> Money:
        """What is left to pay, in the invoice's currency."""
        return self.total - self.amount_paid

    @property
    def available(self) -> Money:
        """What may still be paid: the balance without what live payments have reserved (docs/rules.md, R5)."""
        return self.balance - self.amount_reserved

    @because(_("Something is left to pay."))
    def is_settled(self) -> bool:
        return self.amount_paid == self.total

    @because(_("It is settled in full."))
    def is_owing(self) -> bool:
        return not self.is_settled()

    @because(_("Money was paid on it or is on its way: undo or cancel the payment first."))
    def is_unpaid(self) -> bool:
        return not self.amount_paid and not self.amount_reserved

    @transition(field=state, source=State.DRAFT, target=State.SENT)
    def send(self) -> None:
        """Issued: it has its number, and the tenant owes it."""

    @transition(field=state, source=State.SENT, target=State.OVERDUE)
    def become_overdue(self) -> None:
        """The local day is after the due date, and something is left to pay (D16)."""

    @transition(field=state, source=[State.SENT, State.OVERDUE], target=State.PAID, conditions=[is_settled])
    def pay(self) -> None:
        """Settled in full."""

    @transition(field=state, source=State.PAID, target=State.SENT, conditions=[is_owing])
    def reopen(self) -> None:
        """What settled it was taken back before its due date was over (D36)."""

    @transition(field=state, source=State.PAID, target=State.OVERDUE, conditions=[is_owing])
    def reopen_late(self) -> None:
        """What settled it was taken back when its due date was over already (D36)."""

    @transition(
        field=state, source=[State.DRAFT, State.SENT, State.OVERDUE], target=State.CANCELLED, conditions=[is_unpaid]
    )
    def cancel(self) -> None:
        """Withdrawn; it keeps its number, and its lines may be billed again (R10)."""


class InvoiceLine(ScopedModel):
    """One charge of one period, with the rule, the inputs and the arithmetic that made its amount."""

    class Kind(models.TextChoices):
        RENT = "rent", _("rent")
        CHARGE = "charge", _("charge")
        OPENING = "opening", _("opening balance")
        TAX = "tax", _("tax")
        DISCOUNT = "discount", _("discount")
        LATE_FEE = "late_fee", _("late fee")
        DEPOSIT = "deposit", _("deposit")

    #: What a lease owes anew each period, with the tax on it: billed once (docs/rules.md, R10).
    RECURRING = (Kind.RENT, Kind.CHARGE, Kind.TAX)

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name=_("invoice"))
    lease = models.ForeignKey(Lease, models.PROTECT, db_index=False, related_name="+", verbose_name=_("lease"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    stream = models.SlugField(_("stream"), max_length=40, db_index=False)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("through"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    rule = models.CharField(_("rule"), max_length=10, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    of_days = models.PositiveSmallIntegerField(_("of days"), null=True, blank=True)
    price = AmountField(_("price of a whole period"), null=True, blank=True)
    arithmetic = models.CharField(_("arithmetic"), max_length=200, blank=True)
    tax_rate = PercentField(_("tax"), default=0)
    withheld = AmountField(_("to be withheld"), default=0)
    account = models.CharField(_("account"), max_length=12, default=Account.OTHER, editable=False)
    one_off = models.ForeignKey(
        OneOffCharge,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="lines",
        verbose_name=_("single charge"),
    )
    cancelled = models.BooleanField(_("cancelled"), default=False)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lease", "stream", "period_start"],
                condition=Q(cancelled=False, one_off=None, kind__in=["rent", "charge", "tax", "opening"]),
                name="charge_billed_once",
            ),
            models.UniqueConstraint(
                fields=["one_off", "kind"],
                condition=Q(cancelled=False, one_off__isnull=False),
                name="single_charge_billed_once",
            ),
            models.UniqueConstraint(
                fields=["lease", "stream", "period_start"],
                condition=Q(cancelled=False, kind="deposit"),
                name="deposit_charged_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__lt=0, kind__in=["discount", "tax"]) | Q(amount__gt=0), name="line_signed"
            ),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="line_period_forward"),
        ]
        indexes = [models.Index(fields=["lease", "period_start"], name="line_by_lease")]

    def __str__(self) -> str:
        return f"{self.get_stream_display()} {self.period_start}"

    def get_stream_display(self) -> str:
        """The stream as people call it."""
        return stream_word(self.stream)

"""Invoices, their lines, what settles them, and the credit a tenant has."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from modules.leasing.models import Lease, Tenant
from modules.leasing.streams import stream_word
from rentbook.kernel import clock
from rentbook.kernel.money import AmountField, Money
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel, because


class BillingRun(ScopedModel):
    """One run that issued invoices: what was asked for, by whom and when."""

    first = models.DateField(_("issue days from"))
    last = models.DateField(_("issue days through"))
    created = models.PositiveIntegerField(_("created"), default=0)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


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

    lease = models.ForeignKey(Lease, models.PROTECT, related_name="invoices", verbose_name=_("lease"))
    run = models.ForeignKey(
        BillingRun, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("billing run")
    )
    number = models.CharField(_("number"), max_length=30, null=True, blank=True)
    state = FSMField(_("state"), choices=State.choices, default=State.DRAFT, protected=True, editable=False)
    issue_date = models.DateField(_("issued on"), null=True, blank=True)
    due_date = models.DateField(_("due on"))
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period through"))
    currency = models.CharField(_("currency"), max_length=3)
    total = AmountField(_("total"))
    amount_paid = AmountField(_("paid"), default=0)
    amount_reserved = AmountField(_("being paid"), default=0)

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

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name=_("invoice"))
    lease = models.ForeignKey(Lease, models.PROTECT, related_name="+", verbose_name=_("lease"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    stream = models.SlugField(_("stream"), max_length=30)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("through"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    rule = models.CharField(_("rule"), max_length=10, blank=True)
    arithmetic = models.CharField(_("arithmetic"), max_length=120, blank=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lease", "stream", "period_start"], condition=Q(cancelled=False), name="charge_billed_once"
            ),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="line_period_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stream_display()} {self.period_start}"

    def get_stream_display(self) -> str:
        """The stream as people call it."""
        return stream_word(self.stream)


class Settlement(ScopedModel):
    """What reduces an invoice's balance. A row is never changed: a wrong one is reversed by another (R11).

    A reversal has the opposite amount, so what is paid is the plain sum of an invoice's settlements.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("payment")
        CREDIT = "credit", _("credit")
        REVERSAL = "reversal", _("reversal")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="settlements", verbose_name=_("invoice"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    value_date = models.DateField(_("value date"))
    entry_date = models.DateField(_("entry date"))
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
            )
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


class Reminder(ScopedModel):
    """Somebody decided to remind a tenant of all that is open: once a day, whatever the door (D41)."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="reminders", verbose_name=_("tenant"))
    on = models.DateField(_("on"))
    #: The step of a ladder; none for a reminder by hand.
    step = models.CharField(_("step"), max_length=20, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["tenant", "on"], name="reminder_once_a_day")]
        indexes = [models.Index(fields=["landlord", "on"], name="reminder_by_day")]

    def __str__(self) -> str:
        return f"{self.tenant}, {self.on}"

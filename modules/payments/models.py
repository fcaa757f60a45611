"""Payments, the attempts at providers, receipts, and the links that tenants pay through."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from modules.invoicing.models import Invoice
from modules.leasing.models import Lease
from rentbook.kernel import clock
from rentbook.kernel.contacts import Contact
from rentbook.kernel.money import AmountField, Money, show
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel


class Method(models.TextChoices):
    CASH = "cash", _("cash")
    MOBILE_MONEY = "mobile_money", _("mobile money")
    ONLINE = "online", _("online")
    BANK_TRANSFER = "bank_transfer", _("bank transfer")
    CHEQUE = "cheque", _("cheque")


class Payment(StatefulModel, ScopedModel):
    """Money for an invoice, on its way or received. Pending, it reserves its amount until it expires (R5)."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        COMPLETED = "completed", _("completed")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    log_label = Coalesce("invoice__number", Value(""))

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="payments", verbose_name=_("invoice"))
    state = FSMField(_("state"), choices=State.choices, default=State.PENDING, protected=True, editable=False)
    method = models.CharField(_("method"), max_length=14, choices=Method.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount = AmountField(_("amount"))
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    value_date = models.DateField(_("value date"), null=True, blank=True)
    entry_date = models.DateField(_("entry date"), null=True, blank=True)
    expires_at = models.DateTimeField(_("reserved until"), null=True, blank=True)
    once = models.CharField(max_length=64, unique=True, null=True, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(value_date__isnull=False, entry_date__isnull=False),
                name="payment_completed_dated",
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="payment_by_expiry")]

    def __str__(self) -> str:
        return f"{show(self.amount, get_language() or 'en', plain=True)} {self.get_method_display()}"

    @property
    def is_reversed(self) -> bool:
        """Whether its money was taken back; it is completed all the same (D32). No query after `with_reversals`."""
        return hasattr(self, "reversal")

    @transition(field=state, source=[State.PENDING, State.FAILED, State.CANCELLED], target=State.COMPLETED)
    def complete(self) -> None:
        """The money is there: by proof of the provider, or in the hand of staff (D32, D33)."""

    @transition(field=state, source=State.PENDING, target=State.FAILED)
    def fail(self) -> None:
        """The provider says that no money will come."""

    @transition(field=state, source=State.PENDING, target=State.CANCELLED)
    def cancel(self) -> None:
        """Stopped by the payer or staff, or expired."""


class Attempt(ScopedModel):
    """One try at a provider: kept whether it succeeded or not (D37)."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="attempts", verbose_name=_("payment"))
    provider = models.CharField(_("provider"), max_length=20)
    reference = models.CharField(_("our reference"), max_length=60, unique=True)
    provider_reference = models.CharField(_("provider's reference"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=Payment.State.choices, default=Payment.State.PENDING)
    url = models.URLField(_("address"), max_length=400, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["payment"], condition=Q(state="pending"), name="attempt_one_live"),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="attempt_provider_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Reversal(ScopedModel):
    """The whole of a payment, taken back: a bounced cheque, a wrong entry. Its receipt is void from then on (D36)."""

    LONGEST_REASON = 200

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="reversal", verbose_name=_("payment"))
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    entry_date = models.DateField(_("entry date"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="reversal_says_why")]

    def __str__(self) -> str:
        return f"{self.payment}: {self.reason}"

    @property
    def amount(self) -> Money:
        """What was taken back: all of the payment."""
        return self.payment.amount


class Receipt(ScopedModel):
    """The tenant's proof: one for each completed payment, numbered without gaps (D28)."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="receipt", verbose_name=_("payment"))
    number = models.CharField(_("number"), max_length=30)
    issued_on = models.DateField(_("issued on"))
    issued_at = models.DateTimeField(_("issued at"), default=clock.now)
    currency = models.CharField(_("currency"), max_length=3)
    balance_left = AmountField(_("left to pay"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["landlord", "number"], name="receipt_number_once"),
            models.CheckConstraint(condition=Q(balance_left__gte=0), name="receipt_left_not_negative"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_void(self) -> bool:
        """Whether its payment was taken back; the number stays its own (D28)."""
        return self.payment.is_reversed


class PayLink(ScopedModel):
    """The address at which a contact pays all that is open on a lease; one lives at a time (R8).

    Only a hash of the token is stored: the token is derived again from the row when a message goes out.
    """

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="pay_links", verbose_name=_("lease"))
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", verbose_name=_("contact"))
    salt = models.CharField(max_length=32, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=clock.now)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked for"), null=True, blank=True)

    class Meta:
        verbose_name = _("pay link")
        verbose_name_plural = _("pay links")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lease", "contact"], condition=Q(replaced_at=None), name="pay_link_one_live"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lease} {self.created_at:%Y-%m-%d}"

"""What is kept beside a lease: documents with an expiry, the wording of the agreement, and what needs repair."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from rentbook.kernel import clock
from rentbook.kernel.choices import Language
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import User
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel

from .leases import Lease
from .people import Tenant
from .places import Unit


class Document(ScopedModel):
    """A paper of a lease or a tenant: an identity card, a signed agreement, an insurance that runs out."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("identity document")
        AGREEMENT = "agreement", _("lease agreement")
        INSURANCE = "insurance", _("insurance")
        VISA = "visa", _("visa or permit")
        INSPECTION = "inspection", _("inspection")
        OTHER = "other", _("other")

    log_label = F("title")

    lease = models.ForeignKey(
        Lease, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("lease")
    )
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("tenant")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=120)
    number = models.CharField(_("number"), max_length=60, blank=True)
    file = models.FileField(_("file"), upload_to="documents/", blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["expires_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lease__isnull=False, tenant=None) | Q(lease=None, tenant__isnull=False),
                name="document_of_one",
            )
        ]

    def __str__(self) -> str:
        return self.title


class AgreementTemplate(ScopedModel):
    """The landlord's own wording of a lease agreement in a language, with {{ name }} placeholders."""

    log_label = F("language")

    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    body = models.TextField(_("wording"))

    class Meta:
        verbose_name = _("wording of the agreement")
        verbose_name_plural = _("wordings of the agreement")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "language"],
                name="agreement_once_a_language",
                violation_error_message=_("There is a wording in this language already."),
            )
        ]

    def __str__(self) -> str:
        return self.get_language_display()


class RepairRequest(StatefulModel, ScopedModel):
    """Something in a unit that is broken, from the day it was told to the day it is done."""

    class State(models.TextChoices):
        REPORTED = "reported", _("reported")
        STARTED = "started", _("being repaired")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")

    class Urgency(models.TextChoices):
        LOW = "low", _("can wait")
        NORMAL = "normal", _("normal")
        URGENT = "urgent", _("urgent")

    log_label = F("title")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="repairs", verbose_name=_("unit"))
    lease = models.ForeignKey(
        Lease, models.PROTECT, null=True, blank=True, related_name="repairs", verbose_name=_("lease")
    )
    reported_by = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    state = FSMField(_("state"), choices=State.choices, default=State.REPORTED, protected=True, editable=False)
    urgency = models.CharField(_("urgency"), max_length=6, choices=Urgency.choices, default=Urgency.NORMAL)
    title = models.CharField(_("what is broken"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    reported_on = models.DateField(_("reported on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("repair request")
        verbose_name_plural = _("repair requests")
        ordering = ["-reported_on", "-pk"]
        indexes = [models.Index(fields=["landlord", "state"], name="repair_by_state")]

    def __str__(self) -> str:
        return self.title

    @transition(field=state, source=State.REPORTED, target=State.STARTED)
    def start(self) -> None:
        """Somebody sees to it."""

    @transition(field=state, source=[State.REPORTED, State.STARTED], target=State.DONE)
    def finish(self) -> None:
        """It works again."""

    @transition(field=state, source=[State.REPORTED, State.STARTED], target=State.DECLINED)
    def decline(self) -> None:
        """Nothing is done about it, with the reason as the outcome."""


class RepairPhoto(ScopedModel):
    """A picture of what is broken, or of what was done."""

    request = models.ForeignKey(RepairRequest, models.CASCADE, related_name="photos", verbose_name=_("repair request"))
    file = models.FileField(_("photo"), upload_to="repairs/")
    created_at = models.DateTimeField(_("at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("photo of a repair")
        verbose_name_plural = _("photos of repairs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.request}, {self.pk}"

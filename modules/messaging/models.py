"""Messages: the outbox, one row for each thing that a contact is told."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from rentbook.kernel import clock
from rentbook.kernel.choices import Channel, Language
from rentbook.kernel.contacts import Contact
from rentbook.kernel.contributions import message_templates
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import StatefulModel


class Message(StatefulModel, ScopedModel):
    """One message to one contact about one occasion. Its text keeps `{link}`: the link is put in as it is sent."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")
        SKIPPED = "skipped", _("skipped")

    log_label = F("template")

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="messages", verbose_name=_("contact"))
    template = models.CharField(_("template"), max_length=60)
    key = models.CharField(_("occasion"), max_length=80)
    subject_id = models.BigIntegerField(editable=False)
    state = FSMField(_("state"), choices=State.choices, default=State.QUEUED, protected=True, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    to = models.CharField(_("to"), max_length=254)
    text = models.TextField(_("text"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    provider_reference = models.CharField(max_length=80, blank=True, editable=False)
    created_at = models.DateTimeField(_("queued at"), default=clock.now)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["contact", "key"], name="message_once")]
        indexes = [models.Index(fields=["state", "id"], name="message_by_state")]

    def __str__(self) -> str:
        return f"{self.title}, {self.contact}"

    @property
    def title(self) -> str:
        """What it is, in words: its template's title, or the template's name where its module is off."""
        return gettext(message_templates[self.template].title) if self.template in message_templates else self.template

    @property
    def why(self) -> str:
        """The reason in the reader's language; what a transport said, as it said it."""
        return gettext(self.reason) if self.reason else ""

    @transition(field=state, source=State.QUEUED, target=State.SENDING)
    def claim(self) -> None:
        """A worker has taken it: nobody else will."""

    @transition(field=state, source=State.QUEUED, target=State.SKIPPED)
    def skip(self) -> None:
        """Not to be sent; the reason says why."""

    @transition(field=state, source=[State.SENDING, State.UNKNOWN], target=State.SENT)
    def mark_sent(self) -> None:
        """The transport accepted it."""

    @transition(field=state, source=[State.SENDING, State.UNKNOWN], target=State.FAILED)
    def mark_failed(self) -> None:
        """The transport refused it."""

    @transition(field=state, source=State.SENDING, target=State.UNKNOWN)
    def lose(self) -> None:
        """The worker died between claim and answer: it may have gone out, so a person decides."""

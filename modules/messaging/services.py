"""The outbox: queue what is due and not told yet, then claim, send and record (docs/rules.md, D40)."""

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from rentbook.kernel import clock
from rentbook.kernel.choices import Channel
from rentbook.kernel.contacts import Contact
from rentbook.kernel.contributions import MessageTemplate, message_templates
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.states import Refused, keys_of, move

from .models import Message
from .transports import transport
from .transports.base import Outgoing, TransportError
from .wording import LINK, fill

CHUNK = 500
CLAIM_HOLDS = timedelta(minutes=10)
logger = logging.getLogger(__name__)


def queue_due(*, landlord: Landlord, on: date) -> int:
    """Queue every message that is due and was never queued; returns how many. Run again it queues nothing."""
    return sum(_queue(landlord, template, on) for template in message_templates)


def _queue(landlord: Landlord, template: MessageTemplate, on: date) -> int:
    queued = 0
    subjects = list(template.due(landlord, on))
    for start in range(0, len(subjects), CHUNK):
        chunk = {template.key(subject): subject for subject in subjects[start : start + CHUNK]}
        known = set(Message.objects.of(landlord).filter(key__in=chunk).values_list("contact", "key"))
        pending = [(key, row) for key, row in chunk.items() if (template.to(row).pk, key) not in known]
        rows = [_message(landlord, template, key, subject) for key, subject in pending]
        # Two workers that queue at once: the constraint on contact and occasion lets one of them in.
        Message.unscoped.bulk_create(rows, ignore_conflicts=True)
        queued += len(rows)
    return queued


def _message(landlord: Landlord, template: MessageTemplate, key: str, subject: Any) -> Message:
    contact = template.to(subject)
    language = contact.language
    address = _address(contact)
    return Message(
        landlord=landlord,
        contact=contact,
        template=template.name,
        key=key,
        subject_id=subject.pk,
        state=Message.State.QUEUED if address else Message.State.SKIPPED,
        reason="" if address else gettext_noop("no phone or e-mail on file"),
        language=language,
        channel=contact.reached_by,
        to=address,
        text=fill(template.text, template.values(subject, language), language),
    )


def _address(contact: Contact) -> str:
    if contact.channel == Channel.EMAIL and contact.email:
        return contact.email
    return str(contact.phone or contact.email or "")


def deliver_messages(*, most: int | None = None) -> dict[str, int]:
    """Send what is queued, at most so many; returns how many were sent, failed and skipped.

    Each message is claimed by a commit of its own before it is sent: whatever dies in between, nothing is sent twice
    by itself. What a module that is off has queued waits for it.
    """
    lose_stale_claims()
    done = {"sent": 0, "failed": 0, "skipped": 0}
    ours = [template.name for template in message_templates]
    queued = Message.unscoped.filter(state=Message.State.QUEUED, template__in=ours).order_by("pk")
    while (most is None or done["sent"] < most) and (message := queued.select_related("landlord").first()):
        if outcome := _deliver(message):
            done[outcome] += 1
    return done


def _deliver(message: Message) -> str:
    """Skip or send one message; returns what became of it, nothing when another worker was quicker."""
    own = Message.objects.of(message.landlord_id).filter(pk=message.pk)
    template = message_templates[message.template]
    subject = template.subjects(message.landlord).filter(pk=message.subject_id).first()
    if reason := gettext_noop("it is about nothing any more") if subject is None else template.outdated(subject):
        return "skipped" if move(own, "skip", by=None, note=reason, reason=reason) else ""
    if not move(own, "claim", by=None, claimed_at=clock.now()):
        return ""
    try:
        outgoing = _outgoing(message, template, subject)
    except Exception:
        # A message that cannot be put together must not keep the others from going out.
        logger.exception("Message %s could not be made.", message.pk)
        move(own, "mark_failed", by=None, reason=gettext_noop("it could not be made: see the log"))
        return "failed"
    return _send(own, outgoing)


def _send(own: QuerySet[Message], outgoing: Outgoing) -> str:
    try:
        reference = transport(outgoing.channel).send(outgoing)
    except TransportError as error:
        move(own, "mark_failed", by=None, note=str(error)[:120], reason=str(error)[:120])
        return "failed"
    except Exception:
        # It may have gone out: a person decides, nobody sends it again by himself.
        logger.exception("A message was handed over without an answer.")
        move(own, "lose", by=None)
        return "failed"
    move(own, "mark_sent", by=None, sent_at=clock.now(), provider_reference=reference)
    return "sent"


def _outgoing(message: Message, template: MessageTemplate, subject: Any) -> Outgoing:
    link = template.link(subject) if template.link else ""
    return Outgoing(
        at=clock.now(),
        to=message.to,
        channel=message.channel,
        template=message.template,
        language=message.language,
        text=message.text.replace(LINK, link),
        link=link,
        document=template.document(subject, message.language) if template.document else None,
    )


@transaction.atomic
def lose_stale_claims() -> int:
    """Mark what a dead worker left in sending as unknown, for a person to look at; returns how many."""
    stale = Message.unscoped.filter(claimed_at__lt=clock.now() - CLAIM_HOLDS, state=Message.State.SENDING)
    return len(move(stale, "lose", by=None))


# --- What a person decides ------------------------------------------------------------------------------------------


@transaction.atomic
def mark_sent(*, messages: Iterable[Message], by: User | None) -> list[int]:
    """Say of messages whose answer was lost that they went out; returns their keys. Raises Refused for any other."""
    return move(_undecided(messages), "mark_sent", by=by, sent_at=F("claimed_at"))


@transaction.atomic
def give_up(*, messages: Iterable[Message], by: User | None) -> list[int]:
    """Say of messages whose answer was lost that they did not arrive; returns their keys. Raises Refused for others."""
    return move(_undecided(messages), "mark_failed", by=by, reason=gettext_noop("given up by staff"))


def _undecided(messages: Iterable[Message]) -> QuerySet[Message]:
    rows = Message.unscoped.filter(pk__in=keys_of(messages))
    for row in rows.exclude(state=Message.State.UNKNOWN).select_related("contact")[:1]:
        raise Refused(deciding_blocked(row), code="state")
    return rows.filter(state=Message.State.UNKNOWN)


def deciding_blocked(message: Message) -> str:
    """Why nobody need decide what became of a message, as a sentence; empty where somebody must."""
    if message.state == Message.State.UNKNOWN:
        return ""
    text = _("%(message)s is %(state)s: only of one that may have gone out a person says whether it did.")
    return text % {"message": message, "state": message.get_state_display()}


@transaction.atomic
def forget_contact(contact: Contact, by: User | None) -> None:
    """Take out what the contact was told, and where; that there was a message stays. What waits is sent no more."""
    own = Message.objects.of(contact.landlord_id).filter(contact=contact)
    move(own, "skip", by=by, reason=gettext_noop("the person was erased"))
    own.update(text="", to="")

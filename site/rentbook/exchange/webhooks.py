"""The webhook inbox: raw bytes, signature, stored once, answered, then acted on (docs/rules.md, D34)."""

import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rentbook.kernel.registry import Registry

from .models import Callback

MOST_BYTES = 64 * 1024
logger = logging.getLogger(__name__)


class Mismatch(Exception):
    """An event that fits nothing of ours, or contradicts it: kept for staff of the landlord it is about, if known."""

    def __init__(self, text: str, landlord_id: int | None = None):
        super().__init__(text)
        self.landlord_id = landlord_id


@dataclass(frozen=True)
class Receiver:
    """How one source's callbacks are taken.

    `verify(headers, body)` says valid, invalid or absent; `parse(headers, body)` gives facts, each with an
    `event_key`, or raises ValueError; `apply(fact)` acts once, returns the landlord it was about, raises Mismatch.
    While `is_on()` is false the address is not there, and what is stored waits.
    """

    name: str
    verify: Callable[[dict[str, str], bytes], str]
    parse: Callable[[dict[str, str], bytes], Sequence[Any]]
    apply: Callable[[Any], int | None]
    is_on: Callable[[], bool] = lambda: True


receivers: Registry[Receiver] = Registry("webhook receiver")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, secret: str, source: str) -> HttpResponse:
    """A callback at `/webhooks/<secret>/<source>/`."""
    # As bytes: of texts with other letters than ASCII compare_digest raises.
    known = [each.encode() for each in settings.WEBHOOK_SECRETS]
    if source not in receivers or not any(hmac.compare_digest(secret.encode(), each) for each in known):
        raise Http404
    if not receivers[source].is_on():
        raise Http404
    body, headers = request.body, {name.lower(): value for name, value in request.headers.items()}
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    receiver = receivers[source]
    if receiver.verify(headers, body) != "valid":
        logger.warning("A callback of %s without a valid signature was refused.", source)
        return HttpResponse(status=401)
    try:
        facts = receiver.parse(headers, body)
    except (ValueError, RecursionError):  # five thousand brackets are no JSON either
        return JsonResponse({"detail": "unreadable"}, status=400)
    for fact in facts:
        _take(receiver, fact, body)
    return JsonResponse({"ok": True})


def _take(receiver: Receiver, fact: Any, body: bytes) -> None:
    callback, new = Callback.objects.get_or_create(
        source=receiver.name, event_key=fact.event_key, defaults={"body": body}
    )
    if not new and callback.state != Callback.State.RECEIVED:
        return
    try:
        apply(receiver, callback, fact)
    except Exception:
        # It is stored: the provider must not be told to send it again for a fault of ours, the sweep retries it.
        logger.exception("Callback %s of %s could not be applied.", callback.pk, receiver.name)


@transaction.atomic
def apply(receiver: Receiver, callback: Callback, fact: Any) -> None:
    """Act on one stored event under its lock; what does not match is kept for staff."""
    locked = Callback.objects.select_for_update().get(pk=callback.pk)
    if locked.state != Callback.State.RECEIVED:
        return
    try:
        with transaction.atomic():
            locked.landlord_id = receiver.apply(fact)
            locked.state = Callback.State.APPLIED
    except Mismatch as mismatch:
        locked.state, locked.note = Callback.State.REVIEW, str(mismatch)[:200]
        locked.landlord_id = mismatch.landlord_id
    locked.save(update_fields=["state", "note", "landlord"])


def keep_for_staff(source: str, event_key: str, mismatch: Mismatch) -> None:
    """Flag once what our own question to a provider brought to light: there was no callback to keep."""
    about = {"body": b"", "note": str(mismatch)[:200], "landlord_id": mismatch.landlord_id}
    Callback.objects.get_or_create(
        source=source, event_key=event_key, defaults={"state": Callback.State.REVIEW, **about}
    )


def sweep() -> int:
    """Apply what was stored and not acted on, since a process died or failed in between; returns how many.

    One that fails again stays stored for the next sweep, and keeps no other waiting.
    """
    sources = [receiver.name for receiver in receivers if receiver.is_on()]
    waiting = Callback.objects.filter(state=Callback.State.RECEIVED, source__in=sources)
    return sum(_retry(receivers[callback.source], callback) for callback in waiting.order_by("pk"))


def _retry(receiver: Receiver, callback: Callback) -> bool:
    try:
        facts = {fact.event_key: fact for fact in receiver.parse({}, bytes(callback.body))}
        apply(receiver, callback, facts[callback.event_key])
    except Exception:
        logger.exception("Callback %s of %s could not be applied; it is tried again.", callback.pk, receiver.name)
        return False
    return True

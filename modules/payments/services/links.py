"""Pay links: one live address a lease and contact, replaced after each payment (docs/rules.md, R8)."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from modules.leasing.models import Lease
from modules.payments.events import PayLinkAsked
from modules.payments.models import PayLink
from rentbook.kernel import clock

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
LETTERS = 16  # of 5 bits each: 80 bits
ASKED_AGAIN = timedelta(hours=1)


def _token(salt: str, key: str) -> str:
    digest = hmac.new(key.encode(), f"pay-link:{salt}".encode(), hashlib.sha256).digest()
    return "".join(ALPHABET[byte & 31] for byte in digest[:LETTERS])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _normal(token: str) -> str:
    return token.upper().translate(str.maketrans("OIL", "011"))


def live_links(leases: Iterable[Lease]) -> dict[int, PayLink]:
    """The live link of each lease for its tenant, by the lease's key; made where there is none."""
    found: dict[int, PayLink] = {}
    by_key = {lease.pk: lease for lease in leases}
    for landlord_id in {lease.landlord_id for lease in by_key.values()}:
        live = PayLink.objects.of(landlord_id).filter(lease__in=by_key, replaced_at=None)
        found |= {link.lease_id: link for link in live.filter(contact=F("lease__tenant__contact"))}
    return {key: found.get(key) or live_link(lease) for key, lease in by_key.items()}


@transaction.atomic
def live_link(lease: Lease) -> PayLink:
    """The lease's live link for its tenant, made when there is none."""
    contact = lease.tenant.contact
    salt = secrets.token_hex(16)
    link, _created = PayLink.objects.of(lease.landlord_id).get_or_create(
        lease=lease,
        contact=contact,
        replaced_at=None,
        defaults={
            "landlord_id": lease.landlord_id,
            "salt": salt,
            "token_hash": _hash(_token(salt, settings.SECRET_KEY)),
        },
    )
    return link


def link_url(link: PayLink, *, bill: str = "") -> str:
    """The full address of a link, its token derived anew; `bill` is the number of the invoice to show first."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _token(link.salt, key)
        if _hash(token) == link.token_hash:
            return f"{settings.BASE_URL}/p/{token}/" + (f"?bill={bill}" if bill else "")
    raise ValueError(f"The key that made pay link {link.pk} is not among SECRET_KEY and its fallbacks.")


def find_link(token: str) -> PayLink | None:
    """The link of a token, live or replaced; None for one that never was.

    A token has no landlord before it is found: this is the one read that starts from a secret instead.
    """
    found = PayLink.unscoped.filter(token_hash=_hash(_normal(token)))
    return found.select_related("lease__landlord", "lease__tenant__contact", "lease__unit__property").first()


def replace_links(lease: Lease) -> int:
    """End the live links of a lease: after a payment the old message's link no longer opens the bill."""
    live = PayLink.objects.of(lease.landlord_id).filter(lease=lease, replaced_at=None)
    return live.update(replaced_at=clock.now())


@transaction.atomic
def ask_for_link(link: PayLink) -> PayLink:
    """Have the live link sent to the number on file; asked again within the hour, it changes nothing."""
    live, now = live_link(link.lease), clock.now()
    due = Q(asked_at=None) | Q(asked_at__lt=now - ASKED_AGAIN)
    if PayLink.objects.of(link.landlord_id).filter(due, pk=live.pk).update(asked_at=now):
        PayLinkAsked(link.landlord_id, live.pk).emit()
    return live

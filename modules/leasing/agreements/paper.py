"""The lease agreement as a PDF, with a line to sign for everybody whom it binds."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from modules.leasing.models import Lease, LeaseParty
from rentbook.exchange.pdf import isolated, render_pdf
from rentbook.exchange.pictures import logo

from .texts import clauses, wording_for
from .values import values

SIGNING = (LeaseParty.Role.CO_TENANT, LeaseParty.Role.GUARANTOR)


def agreement_pdf(lease: Lease, language: str) -> bytes:
    """The agreement in the language, by the landlord's own wording or the one that Rentbook brings."""
    return print_agreement(lease, wording_for(lease.landlord, language), language)


def print_agreement(lease: Lease, wording: str, language: str) -> bytes:
    """The agreement by a wording. Raises UnknownPlaceholder where that names a value that no lease has."""
    with override(language):
        own = {name: isolated(value) for name, value in values(lease, language).items()}
    context = {
        "lease": lease,
        "landlord": lease.landlord,
        "logo": logo(lease.landlord),
        "clauses": clauses(wording, own),
        "signing": list(signing(lease)),
    }
    return render_pdf("leasing/papers/agreement.html", context, language)


def signing(lease: Lease) -> Iterator[tuple[Any, str]]:
    """Who signs, as what; a witness writes the name by hand."""
    yield _("Landlord"), lease.landlord.name
    yield _("Tenant"), lease.tenant.contact.name
    for party in lease.parties.filter(role__in=SIGNING).select_related("contact"):
        yield LeaseParty.Role(party.role).label, party.contact.name
    yield _("Witness"), ""

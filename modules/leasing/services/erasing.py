"""Erasing tenants: the person is forgotten, the ledger stays (docs/rules.md, D45)."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from modules.leasing.models import Document, Tenant
from modules.leasing.selectors import beside, erasing_blocked
from rentbook.kernel import editing, log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.erasing import erase_contact
from rentbook.kernel.people import User
from rentbook.kernel.states import Refused

from .documents import remove_document
from .lifecycle import lock_books

ERASED = "leasing.tenant_erased"
# Of these the log keeps nothing that was typed.
PRIVATE = (Tenant, Document)


@transaction.atomic
def erase_tenants(*, tenants: Iterable[Tenant], reason: str, by: User | None) -> list[int]:
    """Forget tenants for good; returns their keys.

    The name becomes “Erased tenant 12”; phone, e-mail, identity number, papers, what messages said, and what the log
    says of them are gone, and so is whoever was kept for them alone. Bills, payments and receipts stay. The reason
    must name nobody. Raises Refused while a lease lives or money is open, ValidationError without a reason.
    """
    tenants = list(tenants)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    lock_books({tenant.landlord_id for tenant in tenants})
    for tenant in tenants:
        if found := erasing_blocked(tenant):
            raise Refused(found)
        _erase(tenant, reason, by)
    return [tenant.pk for tenant in tenants]


def _erase(tenant: Tenant, reason: str, by: User | None) -> None:
    others = list(beside(tenant))
    with override(tenant.landlord.language):
        for contact in others:
            erase_contact(contact, name=_("Erased person %(number)s") % {"number": contact.pk}, private=PRIVATE, by=by)
        name = _("Erased tenant %(number)s") % {"number": tenant.pk}
    erase_contact(tenant.contact, name=name, private=PRIVATE, by=by)
    editing.archive(tenant, by=by)
    log.record([tenant], ERASED, by=by, reason=reason)


def forget_papers(contact: Contact, by: User | None) -> None:
    """Remove what is kept on paper of the contact's tenant and of the leases."""
    papers = Document.objects.of(contact.landlord_id)
    for paper in papers.filter(Q(tenant__contact=contact) | Q(lease__tenant__contact=contact)):
        remove_document(paper, by=by)

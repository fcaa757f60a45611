"""What messaging shows on the screens of whoever has a contact: what was told, and what became of it.

It knows contacts alone: a tenant has one, a lease's tenant too, and a message may be about a row itself.
"""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder

from rentbook.backoffice.columns import state_tag
from rentbook.backoffice.pages import Count
from rentbook.backoffice.timeline import Happening
from rentbook.kernel.contributions import message_templates
from rentbook.kernel.log import Door
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .models import Message


def to_tenant(user: User, tenant: Any) -> QuerySet[Message]:
    """All that the tenant was told, as far as the user may see it."""
    return Message.objects.visible_to(user).filter(contact=tenant.contact_id)


def about(user: User, row: Any) -> QuerySet[Message]:
    """What was told about the row itself: the templates that are about rows of its kind say so."""
    kinds = [each.name for each in message_templates if each.subjects(row.landlord).model is type(row)]
    return Message.objects.visible_to(user).filter(landlord=row.landlord_id, template__in=kinds, subject_id=row.pk)


def counts(user: User, tenant: Any) -> list[Count]:
    number = to_tenant(user, tenant).count()
    address = f"{reverse('message:index')}?contact={tenant.contact_id}"
    return [Count(40, _("Messages"), number, address)] if number else []


def _happened(messages: QuerySet[Message], most: int) -> list[Happening]:
    newest = messages.select_related("contact").order_by("-pk")[:most]
    return [_told(message) for message in newest]


def _told(message: Message) -> Happening:
    return Happening(
        at=message.sent_at or message.created_at,
        what=message.title,
        state=state_tag(message.state, message.get_state_display()),
        detail=message.why,
        who=message.get_channel_display(),
        door=Door.WORKER.label,
        url=AdminURLFinder().get_edit_url(message),
    )


slots.fill("leasing.tenant.counts", counts)
slots.fill("leasing.tenant.timeline", lambda user, tenant, most: _happened(to_tenant(user, tenant), most))
slots.fill("leasing.lease.timeline", lambda user, lease, most: _happened(to_tenant(user, lease.tenant), most))
slots.fill("invoicing.invoice.timeline", lambda user, invoice, most: _happened(about(user, invoice), most))

"""What of invoicing waits for a person."""

from django.urls import reverse
from django.utils.translation import ngettext

from rentbook.backoffice.home import Need
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .models import Invoice


def drafts(user: User) -> list[Need]:
    rows = Invoice.objects.visible_to(user).filter(state=Invoice.State.DRAFT)
    return [Need(rows, to_issue, f"{reverse('invoice:index')}?state=draft")]


def to_issue(count: int) -> str:
    return ngettext("%(count)s draft to issue", "%(count)s drafts to issue", count) % {"count": count}


slots.fill("backoffice.needs_you", drafts)

"""What of the house itself waits for a person: callbacks that fit nothing, or contradict what we know."""

from django.urls import reverse
from django.utils.translation import ngettext

from rentbook.exchange.models import Callback
from rentbook.kernel.people import User
from rentbook.kernel.registry import slots

from .home import Need
from .views import visible


def callbacks(user: User) -> list[Need]:
    rows = visible(user, Callback).filter(state=Callback.State.REVIEW)
    return [Need(rows, to_look_at, f"{reverse('callback:index')}?state=review")]


def to_look_at(count: int) -> str:
    return ngettext("%(count)s callback to look at", "%(count)s callbacks to look at", count) % {"count": count}


slots.fill("backoffice.needs_you", callbacks)

"""An event of any module wakes the worker for the templates that named it; the work itself is the schedule's."""

from django.core.cache import cache
from django_q.tasks import async_task

from rentbook.kernel.contributions import message_templates
from rentbook.kernel.events import announced

from .tasks import AWAKE, AWAKE_SECONDS


def wake(sender, event, **kwargs) -> None:
    # A hundred events in a moment are one awakening: the task takes all that is due.
    if any(sender in template.wakes for template in message_templates) and cache.add(AWAKE, True, AWAKE_SECONDS):
        async_task("modules.messaging.tasks.deliver")


announced.connect(wake, dispatch_uid="messaging.wake")

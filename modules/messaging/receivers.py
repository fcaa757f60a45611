"""An event of any module wakes the worker for the templates that named it; the work itself is the schedule's."""

from django_q.tasks import async_task

from rentbook.kernel.contributions import message_templates
from rentbook.kernel.events import announced


def wake(sender, event, **kwargs) -> None:
    if any(sender in template.wakes for template in message_templates):
        async_task("modules.messaging.tasks.deliver")


announced.connect(wake, dispatch_uid="messaging.wake")

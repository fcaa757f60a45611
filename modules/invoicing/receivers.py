"""Money that was found later wakes the worker, which looks whether fees fell that its day does not bear out."""

from django_q.tasks import async_task

from rentbook.kernel.events import announced

from .events import MoneyFoundLater


def wake(sender, event, **kwargs) -> None:
    if sender is MoneyFoundLater:
        async_task("modules.invoicing.tasks.reverse_late_fees", event.landlord_id)


announced.connect(wake, dispatch_uid="invoicing.wake")

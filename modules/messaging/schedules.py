"""What messaging does each day and each minute."""

from rentbook.kernel.contributions import Daily, Schedule, daily_parts, schedules

from .services import queue_due

daily_parts.register(Daily("messaging.queue_due", 90, lambda landlord, on: queue_due(landlord=landlord, on=on)))
schedules.register(Schedule("messaging.deliver_messages", "modules.messaging.tasks.deliver", "* * * * *"))

"""What payments does each minute."""

from rentbook.kernel.contributions import Schedule, schedules

schedules.register(Schedule("payments.poll_payments", "modules.payments.tasks.poll", "* * * * *"))

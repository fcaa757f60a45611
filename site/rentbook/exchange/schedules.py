"""What exchange does each minute: callbacks that were stored and not acted on."""

from rentbook.kernel.contributions import Schedule, schedules

schedules.register(Schedule("exchange.sweep_callbacks", "rentbook.exchange.webhooks.sweep", "* * * * *"))

"""What exchange does by itself: callbacks that were stored and not acted on, files that nobody imported."""

from rentbook.kernel.contributions import Daily, Schedule, daily_parts, schedules

from .drafts import forget_drafts

schedules.register(Schedule("exchange.sweep_callbacks", "rentbook.exchange.webhooks.sweep", "* * * * *"))
daily_parts.register(Daily("exchange.forget_drafts", 95, lambda landlord, on: forget_drafts(landlord=landlord)))

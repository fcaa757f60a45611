"""The kernel's own schedule: one hourly tick for everybody's day."""

from .contributions import Schedule, schedules

schedules.register(Schedule("kernel.tick", "rentbook.kernel.scheduling.tick", "7 * * * *"))

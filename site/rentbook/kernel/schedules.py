"""The kernel's own schedules: one hourly tick for everybody's day, and long work each minute."""

from .contributions import Schedule, schedules

schedules.register(Schedule("kernel.tick", "rentbook.kernel.scheduling.tick", "7 * * * *"))
schedules.register(Schedule("kernel.run_jobs", "rentbook.kernel.jobs.run_jobs", "* * * * *"))

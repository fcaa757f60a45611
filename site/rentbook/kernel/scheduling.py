"""The worker's timetable, made equal to what the modules declare; and the tick that runs each landlord's day."""

import logging
from collections import Counter
from datetime import date

from django_q.signals import post_execute, pre_execute

from . import clock
from .contributions import daily_parts, schedules
from .log import Door, stand_in
from .people import Landlord

PREFIX = "rentbook:"
# What the worker does is nobody's act at a screen.
pre_execute.connect(lambda **_: stand_in(Door.WORKER), weak=False, dispatch_uid="rentbook.worker.in")
post_execute.connect(lambda **_: stand_in(Door.COMMAND), weak=False, dispatch_uid="rentbook.worker.out")
logger = logging.getLogger(__name__)


def sync_schedules(**_: object) -> None:
    """Make django-q2's table equal to the declared schedules, under our prefix; run after each migrate."""
    from django_q.models import Schedule

    wanted = {PREFIX + schedule.name: schedule for schedule in schedules}
    Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=wanted).delete()
    for name, schedule in wanted.items():
        row, _created = Schedule.objects.get_or_create(
            name=name, defaults={"func": schedule.task, "schedule_type": Schedule.CRON, "cron": schedule.cron}
        )
        if (row.func, row.cron) != (schedule.task, schedule.cron):
            row.func, row.cron, row.schedule_type = schedule.task, schedule.cron, Schedule.CRON
            row.save()


def run_day(landlord: Landlord, on: date) -> Counter:
    """Every daily part for one landlord's day, in order; returns how many rows each changed."""
    done: Counter = Counter()
    for part in sorted(daily_parts, key=lambda part: part.order):
        done[part.name] += part.run(landlord, on)
    return done


def do_day(landlord: Landlord, on: date) -> Counter:
    """Run all that is due by a day and note it as done; returns how many rows each part changed.

    What is due is computed from dates, so one run after a long gap does what each missed day would have done, and a
    day that is run again changes nothing. A day that has not come is run, and noted no further than today.
    """
    done = run_day(landlord, on)
    noted = max(landlord.day_done or date.min, min(on, clock.today(landlord)))
    Landlord.objects.filter(pk=landlord.pk).update(day_done=noted)
    return done


def tick() -> None:
    """The hourly task: each landlord whose local day has begun and is not done yet (docs/rules.md, D14)."""
    for landlord in Landlord.objects.order_by("pk"):
        today = clock.today(landlord)
        if landlord.day_done is None or landlord.day_done < today:
            try:
                do_day(landlord, today)
            except Exception:
                # One landlord's trouble must not keep the others' day from being run; the next tick tries again.
                logger.exception("The day %s of landlord %s failed.", today, landlord.code)

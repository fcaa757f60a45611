"""The worker's timetable, and the tick that runs each landlord's day (docs/rules.md, D13, D14)."""

from datetime import UTC, date, datetime

import pytest
from django_q.models import Schedule as Row

from rentbook.kernel.contributions import Daily, Schedule, daily_parts, schedules
from rentbook.kernel.people import Landlord
from rentbook.kernel.scheduling import PREFIX, do_day, run_day, sync_schedules, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def days():
    """The days that were run, by landlord, while a daily part of our own writes them down."""
    days: dict[str, list[date]] = {}

    def write_down(landlord: Landlord, on: date) -> int:
        days.setdefault(landlord.code, []).append(on)
        return 1

    with daily_parts.temporarily(Daily("test.write_down", 0, write_down)):
        yield days


def timetable() -> set[tuple[str, str, str]]:
    return set(Row.objects.filter(name__startswith=PREFIX).values_list("name", "func", "cron"))


def test_the_worker_s_timetable_is_what_the_modules_declare():
    assert timetable() == {(PREFIX + each.name, each.task, each.cron) for each in schedules}


def test_making_it_equal_again_changes_no_row():
    before = list(Row.objects.order_by("pk").values())
    sync_schedules()
    assert list(Row.objects.order_by("pk").values()) == before


def test_a_schedule_that_is_not_declared_any_more_is_removed_and_nobody_else_s_is_touched():
    Row.objects.create(name="somebody else's", func="os.getcwd", schedule_type=Row.DAILY)
    with schedules.temporarily(Schedule("test.sweep", "os.getcwd", "5 * * * *")):
        sync_schedules()
        assert (PREFIX + "test.sweep", "os.getcwd", "5 * * * *") in timetable()
    sync_schedules()
    assert not Row.objects.filter(name=PREFIX + "test.sweep").exists()
    assert Row.objects.filter(name="somebody else's").exists()


def test_a_changed_time_or_task_is_taken_over_in_the_same_row():
    with schedules.temporarily(Schedule("test.sweep", "os.getcwd", "5 * * * *")):
        sync_schedules()
        key = Row.objects.get(name=PREFIX + "test.sweep").pk
    with schedules.temporarily(Schedule("test.sweep", "os.getpid", "10 * * * *")):
        sync_schedules()
        row = Row.objects.get(pk=key)
    assert (row.func, row.cron) == ("os.getpid", "10 * * * *")


@pytest.mark.parametrize("schedule", list(schedules), ids=lambda schedule: schedule.name)
def test_what_is_scheduled_can_be_found_and_called(schedule):
    from django.utils.module_loading import import_string

    assert callable(import_string(schedule.task))
    Row(name=PREFIX + schedule.name, func=schedule.task, schedule_type=Row.CRON, cron=schedule.cron).full_clean(
        exclude=["name"]
    )


def test_d14_each_landlord_s_day_begins_at_their_own_midnight(landlord, neighbour, days, travel):
    travel(datetime(2026, 1, 31, 21, 7, tzinfo=UTC))
    tick()
    assert days == {"DAR": [date(2026, 2, 1)], "DLA": [date(2026, 1, 31)]}
    travel(datetime(2026, 1, 31, 23, 7, tzinfo=UTC))
    tick()
    assert days == {"DAR": [date(2026, 2, 1)], "DLA": [date(2026, 1, 31), date(2026, 2, 1)]}


def test_a_day_that_is_done_is_not_run_again_by_the_next_tick(landlord, days, travel):
    travel(date(2026, 2, 1))
    tick()
    tick()
    assert days == {"DAR": [date(2026, 2, 1)]}


def test_a_clock_that_was_set_back_runs_nothing(landlord, days, travel):
    travel(date(2026, 2, 2))
    tick()
    travel(date(2026, 2, 1))
    tick()
    assert days == {"DAR": [date(2026, 2, 2)]}


def test_d13_days_that_were_missed_are_made_up_for_in_one_run(landlord, days, travel):
    travel(date(2026, 2, 1))
    tick()
    travel(date(2026, 2, 4))
    tick()
    assert days["DAR"] == [date(2026, 2, 1), date(2026, 2, 4)]
    assert Landlord.objects.get().day_done == date(2026, 2, 4)


def test_a_day_that_has_not_come_is_run_on_request_and_noted_no_further_than_today(landlord, days, travel):
    travel(date(2026, 2, 4))
    do_day(landlord, date(2026, 6, 1))
    assert days["DAR"] == [date(2026, 6, 1)]
    assert Landlord.objects.get().day_done == date(2026, 2, 4)


def test_a_day_that_is_run_again_moves_the_note_not_back(landlord, days, travel):
    travel(date(2026, 2, 4))
    tick()
    landlord.refresh_from_db()
    do_day(landlord, date(2026, 1, 15))
    assert Landlord.objects.get().day_done == date(2026, 2, 4)


def test_one_landlord_s_trouble_keeps_nobody_else_s_day_from_being_run(landlord, neighbour, days, travel, caplog):
    def stumble(own: Landlord, on: date) -> int:
        if own == landlord:
            raise ZeroDivisionError
        return 0

    travel(date(2026, 2, 1))
    with daily_parts.temporarily(Daily("test.stumble", 1, stumble)):
        tick()
    assert Landlord.objects.get(code="DAR").day_done is None
    assert Landlord.objects.get(code="DLA").day_done == date(2026, 2, 1)
    assert "landlord DAR failed" in caplog.text
    tick()
    assert Landlord.objects.get(code="DAR").day_done == date(2026, 2, 1)


def test_the_parts_of_a_day_are_run_in_their_order(landlord):
    ran = []

    def part(name: str, order: int) -> Daily:
        return Daily(name, order, lambda own, on: ran.append(name) or 2)

    with (
        daily_parts.temporarily(part("test.second", 1000)),
        daily_parts.temporarily(part("test.first", -1)),
    ):
        done = run_day(landlord, date(2026, 2, 1))
    assert ran == ["test.first", "test.second"]
    assert done["test.first"] == 2

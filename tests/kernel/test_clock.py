"""The one clock: moments in UTC, days on the landlord's wall."""

import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Thread

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

DAR = Landlord(code="DAR", time_zone="Africa/Dar_es_Salaam")
DLA = Landlord(code="DLA", time_zone="Africa/Douala")
LAST_NIGHT_OF_JANUARY = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)


def test_d14_late_on_31_january_in_utc_it_is_february_in_dar_es_salaam_and_january_in_douala():
    with clock.travel(LAST_NIGHT_OF_JANUARY):
        assert clock.today(DAR) == date(2026, 2, 1)
        assert clock.today(DLA) == date(2026, 1, 31)


def test_d14_a_moment_keeps_its_instant_on_every_wall_clock():
    local = clock.local(LAST_NIGHT_OF_JANUARY, DAR)
    assert f"{local:%H:%M}" == "01:30"
    assert local == LAST_NIGHT_OF_JANUARY


def test_now_is_aware_and_close_to_the_machine_s_clock():
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.fromtimestamp(time.time(), UTC)) < timedelta(minutes=1)


def test_a_bare_date_means_its_noon_in_utc():
    with clock.travel(date(2026, 1, 31)):
        assert clock.now() == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_journey_ends_with_its_block_even_inside_another_or_after_an_error():
    with clock.travel(date(2026, 1, 1)):
        with suppress(ZeroDivisionError), clock.travel(date(2030, 1, 1)):
            raise ZeroDivisionError
        assert clock.now().year == 2026
    assert clock.now() > datetime(2026, 6, 1, tzinfo=UTC)


def test_a_journey_is_one_thread_s_own():
    seen = []
    with clock.travel(date(1999, 1, 1)):
        thread = Thread(target=lambda: seen.append(clock.now().year))
        thread.start()
        thread.join()
    assert seen != [1999]

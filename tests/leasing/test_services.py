"""The life of a lease, and one home for one household at a time (docs/rules.md, D10, D14, D15)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from modules.leasing.events import LeasesActivated, LeasesEnded
from modules.leasing.models import Lease, Unit
from modules.leasing.selectors import occupied, vacant_units, with_rent
from modules.leasing.services import activate_leases, cancel_leases, expire_leases, terminate_leases
from rentbook.kernel.events import announced
from rentbook.kernel.log import LogEntry
from rentbook.kernel.money import Money
from rentbook.kernel.states import Refused
from tests.factories import make_lease, make_unit

pytestmark = pytest.mark.django_db
JULY = date(2026, 7, 1)


@pytest.fixture
def announcements(django_capture_on_commit_callbacks):
    """Do something, and give the events that it announces."""

    def of(act) -> list:
        events = []

        def listen(sender, event, **kwargs):
            events.append(event)

        announced.connect(listen)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                act()
        finally:
            announced.disconnect(listen)
        return events

    return of


def state_of(lease: Lease) -> str:
    lease.refresh_from_db()
    return lease.state


def last_log(lease: Lease) -> tuple:
    entry = LogEntry.objects.for_instance(lease).latest("pk")
    return entry.data["name"], entry.data["from"], entry.data["to"], entry.user


def test_a_lease_is_activated_on_the_landlord_s_local_day(landlord, alice, travel):
    lease = make_lease(landlord, signed=False)
    travel(datetime(2026, 1, 31, 22, 30, tzinfo=UTC))
    assert activate_leases(leases=[lease], by=alice) == [lease.pk]
    assert state_of(lease) == "active"
    assert lease.activated_on == date(2026, 2, 1)
    assert last_log(lease) == ("activate", "pending", "active", alice)


def test_a_set_is_activated_whole_or_not_at_all(landlord):
    new, signed = make_lease(landlord, signed=False), make_lease(landlord)
    with pytest.raises(Refused, match="is active: this cannot be done to it now"):
        activate_leases(leases=[new, signed], by=None)
    assert state_of(new) == "pending"


def test_leases_of_two_landlords_are_each_announced_in_their_own_book(landlord, neighbour, announcements):
    ours, theirs = make_lease(landlord, signed=False), make_lease(neighbour, signed=False)
    events = announcements(lambda: activate_leases(leases=[ours, theirs], by=None))
    assert sorted(events, key=lambda event: event.landlord_id) == [
        LeasesActivated(landlord.pk, (ours.pk,)),
        LeasesActivated(neighbour.pk, (theirs.pk,)),
    ]


def test_a_lease_that_never_came_about_is_cancelled_and_an_active_one_is_not(landlord, alice):
    new, signed = make_lease(landlord, signed=False), make_lease(landlord)
    assert cancel_leases(leases=[new], by=alice) == [new.pk]
    assert state_of(new) == "cancelled"
    with pytest.raises(Refused, match="is active"):
        cancel_leases(leases=[signed], by=alice)
    assert state_of(signed) == "active"


def test_a_lease_ends_early_on_the_day_that_is_said_or_today(landlord, alice, travel):
    travel(date(2026, 3, 15))
    first, second = make_lease(landlord, end=date(2026, 12, 31)), make_lease(landlord)
    terminate_leases(leases=[first], on=date(2026, 3, 31), by=alice)
    terminate_leases(leases=[second], by=alice)
    assert (state_of(first), first.end) == ("terminated", date(2026, 3, 31))
    assert (state_of(second), second.end) == ("terminated", date(2026, 3, 15))
    assert last_log(second) == ("terminate", "active", "terminated", alice)


def test_a_lease_cannot_end_before_it_starts_nor_end_twice(landlord):
    lease = make_lease(landlord, start=JULY)
    with pytest.raises(Refused, match="it cannot end before"):
        terminate_leases(leases=[lease], on=date(2026, 6, 30), by=None)
    assert terminate_leases(leases=[lease], on=JULY, by=None) == [lease.pk]
    with pytest.raises(Refused, match="is terminated"):
        terminate_leases(leases=[lease], on=JULY, by=None)


def test_a_lease_expires_on_the_day_after_its_last_and_not_on_its_last(landlord, neighbour):
    lease = make_lease(landlord, end=date(2026, 6, 30))
    make_lease(landlord)
    make_lease(neighbour, end=date(2026, 6, 30))
    assert expire_leases(landlord=landlord, on=date(2026, 6, 30)) == 0
    assert expire_leases(landlord=landlord, on=JULY) == 1
    assert expire_leases(landlord=landlord, on=JULY) == 0
    assert state_of(lease) == "expired"
    assert last_log(lease) == ("expire", "active", "expired", None)


def test_the_ends_of_leases_are_announced_as_one_set(landlord, announcements):
    leases = [make_lease(landlord, end=date(2026, 6, 30)) for _ in range(2)]
    events = announcements(lambda: expire_leases(landlord=landlord, on=JULY))
    ended = [event for event in events if isinstance(event, LeasesEnded)]
    assert ended == [LeasesEnded(landlord.pk, tuple(lease.pk for lease in leases))]


# --- D15: one home, one household -----------------------------------------------------------------------------------


def sign_another(landlord, first: Lease, **terms) -> Lease:
    """Sign another lease of the same home, all or nothing, as a service does."""
    with transaction.atomic():
        return make_lease(landlord, unit=first.unit, **terms)


@pytest.mark.parametrize(
    "terms",
    [
        {"start": date(2026, 6, 30)},
        {"start": date(2025, 1, 1)},
        {"start": date(2025, 1, 1), "end": date(2026, 1, 1)},
        {"start": date(2026, 2, 1), "end": date(2026, 2, 28)},
    ],
)
def test_d15_two_leases_of_a_home_cannot_share_a_day(landlord, terms):
    first = make_lease(landlord, start=date(2026, 1, 1), end=date(2026, 6, 30), tenant="Baraka Lema")
    with pytest.raises((Refused, IntegrityError)):
        sign_another(landlord, first, **terms)
    assert Lease.objects.of(landlord).get() == first


def test_d15_the_next_lease_may_start_on_the_day_after_the_last_day(landlord):
    first = make_lease(landlord, end=date(2026, 6, 30))
    assert state_of(sign_another(landlord, first, start=JULY)) == "active"
    assert state_of(sign_another(landlord, first, start=date(2025, 1, 1), end=date(2025, 12, 31))) == "active"


def test_d15_a_shared_home_takes_several_leases(landlord):
    first = make_lease(landlord, unit=make_unit(landlord, shared=True))
    assert state_of(sign_another(landlord, first)) == "active"


@pytest.mark.parametrize("end", [cancel_leases, terminate_leases])
def test_d15_a_lease_that_is_over_leaves_the_home_free(landlord, end, travel):
    travel(date(2026, 1, 10))
    first = make_lease(landlord, signed=end is terminate_leases)
    end(leases=[first], by=None)
    assert state_of(sign_another(landlord, first, start=date(2026, 1, 11))) == "active"


def test_d15_the_refusal_names_the_home_the_tenant_and_the_day(landlord):
    """On PostgreSQL the database refuses the second lease as it is written, on SQLite the service as it is signed."""
    first = make_lease(landlord, tenant="Baraka Lema", unit=make_unit(landlord, name="B-07"))
    second = make_lease(landlord, signed=False)
    Lease.unscoped.filter(pk=first.pk).update(exclusive=False)
    Lease.unscoped.filter(pk=second.pk).update(unit=first.unit)
    with pytest.raises(Refused) as refusal:
        activate_leases(leases=[second], by=None)
    assert refusal.value.messages == [
        "B-07 is let to Baraka Lema from 2026-01-01: two leases cannot run at the same time."
    ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no exclusion constraint: the service does it")
def test_d15_postgresql_refuses_a_second_lease_that_goes_around_the_service(landlord):
    first = make_lease(landlord)
    with pytest.raises(IntegrityError, match="lease_one_at_a_time"), transaction.atomic():
        make_lease(landlord, unit=first.unit, signed=False)
    other = make_lease(landlord, end=date(2026, 6, 30))
    make_lease(landlord, unit=other.unit, start=JULY)
    with pytest.raises(IntegrityError, match="lease_one_at_a_time"), transaction.atomic():
        Lease.unscoped.filter(pk=other.pk).update(end=JULY)


@pytest.mark.django_db(transaction=True)
def test_d15_of_two_who_sign_for_a_home_at_once_one_gets_it(landlord, together):
    unit = make_unit(landlord)

    def sign():
        with transaction.atomic():
            # Without the home's lock PostgreSQL keeps the rule too, but tells the losers of a deadlock.
            Unit.objects.of(landlord).select_for_update().get(pk=unit.pk)
            return make_lease(landlord, unit=unit)

    answers = together(sign, sign, sign)
    assert [lease.state for lease in Lease.objects.of(landlord)] == ["active"]
    assert sum(isinstance(answer, Refused | IntegrityError) for answer in answers) == 2


# --- What is read ---------------------------------------------------------------------------------------------------


def test_a_home_is_vacant_by_dates_and_not_by_states(landlord):
    lease = make_lease(landlord, start=date(2026, 2, 1), end=date(2026, 6, 30))
    empty = make_unit(landlord)
    for day, vacant in [
        (date(2026, 1, 31), {lease.unit, empty}),
        (date(2026, 2, 1), {empty}),
        (date(2026, 6, 30), {empty}),
        (JULY, {lease.unit, empty}),
    ]:
        assert set(vacant_units(landlord, day)) == vacant
        assert bool(occupied(landlord, day)) == (lease.unit not in vacant)


def test_a_lease_shows_its_latest_agreed_rent(landlord):
    lease = make_lease(landlord, rent="500000", charges={"wifi": "15000"})
    rent = lease.charges.get(stream="rent")
    lease.charges.filter(pk=rent.pk).update(end=JULY - timedelta(days=1))
    rent.pk, rent.start, rent.amount = None, JULY, Money("550000", "TZS")
    rent.save()
    assert with_rent(Lease.objects.of(landlord)).get().rent == 550000


def test_a_lease_is_not_terminated_after_the_day_on_which_it_ends_by_itself(landlord):
    lease = make_lease(landlord, start=date(2026, 1, 1), end=date(2026, 6, 30))
    with pytest.raises(Refused, match="2026-06-30 by itself"):
        terminate_leases(leases=[lease], on=date(2026, 7, 1), by=None)

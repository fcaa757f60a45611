"""Notice: the last day, what it stops, and what stands against it (docs/rules.md, D11)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from modules.leasing.life_selectors import staying
from modules.leasing.models import AtTheEnd, Lease
from modules.leasing.notice import last_day_by_notice
from modules.leasing.services import (
    expire_leases,
    give_notice,
    go_on,
    move_out_leases,
    terminate_leases,
    withdraw_notice,
)
from rentbook.kernel.registry import slots
from rentbook.kernel.states import Refused
from tests.factories import make_lease, make_unit

pytestmark = pytest.mark.django_db
MARCH, DECEMBER = date(2026, 3, 10), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _in_march(travel):
    travel(MARCH)


@pytest.fixture
def lease(landlord):
    return make_lease(landlord, end=DECEMBER, notice_days=30)


def days(lease: Lease) -> tuple:
    lease.refresh_from_db()
    return lease.notice_on, lease.notice_by, lease.end, lease.agreed_end


def test_d11_thirty_days_from_10_march_are_over_on_9_april():
    assert last_day_by_notice(MARCH, 30, None) == date(2026, 4, 9)
    assert last_day_by_notice(MARCH, 30, date(2026, 3, 31)) == date(2026, 3, 31)


def test_d11_notice_brings_the_last_day_forward_and_taking_it_back_restores_it(lease, alice):
    give_notice(leases=[lease], by_whom="tenant", by=alice)
    assert days(lease) == (MARCH, "tenant", date(2026, 4, 9), DECEMBER)
    withdraw_notice(leases=[lease], by=alice)
    assert days(lease) == (None, "", DECEMBER, None)


def test_a_lease_without_a_last_day_has_none_again(landlord):
    lease = make_lease(landlord, notice_days=30)
    give_notice(leases=[lease], by_whom="landlord", by=None)
    assert days(lease)[2:] == (date(2026, 4, 9), None)
    withdraw_notice(leases=[lease], by=None)
    assert days(lease)[2:] == (None, None)


def test_a_shorter_notice_needs_a_reason(lease):
    with pytest.raises(Refused, match=r"the agreed notice runs through 2026-04-09\. Say why it is sooner"):
        give_notice(leases=[lease], by_whom="tenant", leaves_on=date(2026, 3, 31), by=None)
    give_notice(leases=[lease], by_whom="tenant", leaves_on=date(2026, 3, 31), reason="a job elsewhere", by=None)
    assert days(lease)[2] == date(2026, 3, 31)
    assert lease.end_reason == "a job elsewhere"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"leaves_on": date(2027, 1, 1)}, "ends on 2026-12-31 by itself"),
        ({"on": date(2026, 3, 11)}, "is still to come"),
        ({"leaves_on": date(2026, 3, 9), "reason": "agreed"}, "is before the notice of 2026-03-10"),
    ],
)
def test_days_that_contradict_each_other_are_refused(lease, given, sentence):
    with pytest.raises(Refused, match=sentence):
        give_notice(leases=[lease], by_whom="tenant", by=None, **given)


def test_notice_is_given_once_and_only_while_the_lease_is_active(landlord, lease):
    give_notice(leases=[lease], by_whom="tenant", by=None)
    with pytest.raises(Refused, match="was given on 2026-03-10: withdraw it first"):
        give_notice(leases=[lease], by_whom="tenant", by=None)
    with pytest.raises(Refused, match="is pending"):
        give_notice(leases=[make_lease(landlord, signed=False)], by_whom="tenant", by=None)
    with pytest.raises(Refused, match=r"No notice of .* runs"):
        withdraw_notice(leases=[make_lease(landlord)], by=None)


@pytest.mark.parametrize("how", [AtTheEnd.MONTH_TO_MONTH, AtTheEnd.RENEW])
def test_d11_who_gave_notice_does_not_go_on(landlord, how):
    lease = make_lease(landlord, end=date(2026, 4, 9), notice_days=30, at_the_end=how)
    give_notice(leases=[lease], by_whom="tenant", by=None)
    assert go_on(landlord=landlord, on=date(2026, 4, 10)) == 0
    assert expire_leases(landlord=landlord, on=date(2026, 4, 10)) == 1


def test_d15_notice_is_not_taken_back_once_the_home_is_let_to_another(landlord, lease):
    give_notice(leases=[lease], by_whom="tenant", by=None)
    make_lease(landlord, unit=lease.unit, start=date(2026, 4, 10), tenant="Baraka Lema")
    with pytest.raises(Refused, match="is let to Baraka Lema from 2026-04-10"):
        withdraw_notice(leases=[lease], by=None)


def test_the_database_keeps_notice_whole(lease):
    with pytest.raises(IntegrityError, match="lease_notice"), transaction.atomic():
        Lease.unscoped.filter(pk=lease.pk).update(agreed_end=DECEMBER)


# --- The end --------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch):
    """What modules above are told of leases that ended: their keys and last days."""
    found = []
    listen = lambda landlord, leases, by: found.extend(leases.values_list("pk", "end"))  # noqa: E731
    monkeypatch.setitem(slots._fillings, "leasing.lease.ended", [listen])
    return found


def test_modules_above_are_told_of_every_end_in_its_transaction(landlord, alice, told):
    early, over = make_lease(landlord), make_lease(landlord, end=date(2026, 2, 28))
    terminate_leases(leases=[early], on=MARCH, reason="sold", by=alice)
    expire_leases(landlord=landlord, on=MARCH)
    assert told == [(early.pk, MARCH), (over.pk, date(2026, 2, 28))]
    early.refresh_from_db()
    assert early.end_reason == "sold"


def test_who_moves_out_ends_the_lease_on_that_day_or_lets_it_run_out(landlord, alice, told):
    early, over = make_lease(landlord), make_lease(landlord, end=date(2026, 2, 28))
    move_out_leases(leases=[early], on=date(2026, 3, 9), by=alice)
    move_out_leases(leases=[over], on=date(2026, 3, 4), by=alice)
    for lease in (early, over):
        lease.refresh_from_db()
    assert (early.state, early.end, early.moved_out_on) == ("terminated", date(2026, 3, 9), date(2026, 3, 9))
    assert (over.state, over.end, over.moved_out_on) == ("expired", date(2026, 2, 28), date(2026, 3, 4))
    assert told == [(early.pk, date(2026, 3, 9)), (over.pk, date(2026, 2, 28))]


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2026, 3, 11)])
def test_nobody_moves_out_before_the_first_day_nor_tomorrow(lease, on):
    with pytest.raises(Refused, match="on a day from 2026-01-01 to 2026-03-10"):
        move_out_leases(leases=[lease], on=on, by=None)


def test_nobody_moves_out_twice_nor_out_of_a_home_that_they_never_had(landlord, lease):
    move_out_leases(leases=[lease], by=None)
    with pytest.raises(Refused, match="moved out on 2026-03-10 already"):
        move_out_leases(leases=[lease], by=None)
    with pytest.raises(Refused, match="is pending: nobody has moved in"):
        move_out_leases(leases=[make_lease(landlord, signed=False)], by=None)


# --- Who is still there ---------------------------------------------------------------------------------------------


def still_there(landlord, on: date) -> set[Lease]:
    return set(Lease.objects.of(landlord).filter(staying(on)))


def test_d11_who_stays_after_the_last_day_is_named_until_they_move_out(landlord):
    lease = make_lease(landlord, end=date(2026, 2, 28))
    expire_leases(landlord=landlord, on=MARCH)
    assert still_there(landlord, MARCH) == {lease}
    move_out_leases(leases=[lease], by=None)
    assert still_there(landlord, MARCH) == set()


def test_d11_nobody_is_looked_for_in_a_home_with_a_new_lease(landlord):
    first = make_lease(landlord, end=date(2026, 2, 28))
    roommate = make_lease(landlord, end=date(2026, 2, 28), unit=make_unit(landlord, shared=True))
    expire_leases(landlord=landlord, on=MARCH)
    make_lease(landlord, unit=first.unit, start=date(2026, 3, 1))
    make_lease(landlord, unit=roommate.unit, start=date(2026, 3, 1))
    assert still_there(landlord, MARCH) == {roommate}

"""What a month would bill otherwise than the one before."""

from datetime import date
from decimal import Decimal

from modules.invoicing.differences import Billed, Kind, differences

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
DECEMBER = (date(2026, 12, 1), date(2026, 12, 31))


def billed(month: tuple[date, date], amount: str) -> Billed:
    return Billed(*month, Decimal(amount))


def test_what_costs_the_same_is_not_told():
    was, is_ = {(1, "rent"): billed(NOVEMBER, "500000")}, {(1, "rent"): billed(DECEMBER, "500000")}
    assert list(differences(was, is_, over=[])) == []


def test_a_new_lease_a_raised_rent_and_an_ended_stream_are_told_each_with_both_figures():
    was = {(1, "rent"): billed(NOVEMBER, "500000"), (1, "wifi"): billed(NOVEMBER, "30000")}
    is_ = {(1, "rent"): billed(DECEMBER, "550000"), (2, "rent"): billed(DECEMBER, "350000")}
    raised, new, ended = differences(was, is_, over=[(1, "wifi")])
    assert (raised.kind, raised.before.amount, raised.now.amount) == (Kind.CHANGED, 500_000, 550_000)
    assert (new.kind, new.lease, new.before, new.now.amount) == (Kind.NEW, 2, None, 350_000)
    assert (ended.kind, ended.stream, ended.before.amount, ended.now) == (Kind.ENDED, "wifi", 30_000, None)


def test_what_is_over_and_billed_for_its_last_days_is_changed_and_not_ended():
    was, is_ = {(1, "rent"): billed(NOVEMBER, "500000")}, {(1, "rent"): billed(DECEMBER, "241935")}
    [last] = differences(was, is_, over=[(1, "rent")])
    assert (last.kind, last.now.amount) == (Kind.CHANGED, 241_935)

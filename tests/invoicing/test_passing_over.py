"""What a run passes over is billed, and what it takes for alike is billed alike (docs/rules.md, D12, D13)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.invoicing.billing import draft_lines
from modules.invoicing.models import InvoiceLine
from modules.invoicing.services import RunResult, issue_due, issue_rent_invoices, unbilled
from modules.invoicing.services.billing import owing
from modules.invoicing.streams import LeaseTerms, Sight, Stream
from modules.leasing.models import Charge, Lease
from modules.leasing.terms import TermsError
from rentbook.kernel.people import Landlord
from tests.factories import make_landlord, make_lease

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 31)
DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
RHYTHMS = ["weekly", "fortnightly", "monthly", "quarterly", "half-yearly", "yearly"]


@st.composite
def any_lease(draw) -> LeaseTerms:
    rhythm, alignment = draw(st.sampled_from(RHYTHMS)), draw(st.sampled_from(["calendar", "anniversary"]))
    due_day = draw(st.none() | st.integers(1, 31))
    due_after = None if due_day else draw(st.integers(0, 30))
    lead = draw(st.sampled_from([0, 3, 40]))
    return LeaseTerms(
        draw(DAYS), draw(st.none() | DAYS), rhythm, alignment, "actual", draw(st.booleans()), due_day, due_after, lead
    )


@st.composite
def any_stream(draw) -> Stream:
    rhythm, alignment = draw(st.sampled_from(["", *RHYTHMS])), draw(st.sampled_from(["", "calendar", "anniversary"]))
    own = draw(st.sampled_from([None, True, False])), None, None, draw(st.sampled_from([None, 0, 90]))
    days = draw(DAYS), draw(st.none() | DAYS)
    return Stream("water", "TZS", Decimal(75_001), *days, rhythm, alignment, "", *own, 0, 0, draw(any_lease()))


def billed(stream: Stream, first: date, last: date) -> list[tuple] | list[str]:
    try:
        return [(line.period, line.share, line.due_date) for line in draft_lines(stream, first, last, Decimal(1))]
    except TermsError as error:
        return error.problems


@given(stream=any_stream(), first=DAYS, length=st.sampled_from([0, 27, 30, 61]))
def test_what_lies_out_of_a_window_s_sight_makes_no_difference_to_what_it_bills(stream, first, length):
    last = first + timedelta(days=length)
    whole, seen = billed(stream, first, last), billed(Sight(first, last).drawn_in(stream), first, last)
    assert seen == whole


LEASES = [
    {"start": date(2025, 11, 10)},
    {"start": date(2025, 11, 10), "end": date(2026, 2, 15)},
    {"start": date(2026, 2, 20)},
    {"start": date(2026, 2, 20), "lead_days": 7},
    {"start": date(2025, 11, 10), "lead_days": 20},
    {"start": date(2025, 11, 10), "in_arrears": True},
    {"start": date(2025, 11, 10), "end": date(2026, 2, 15), "in_arrears": True},
    {"start": date(2025, 11, 10), "end": date(2026, 2, 15), "in_arrears": True, "lead_days": 5},
    {"start": date(2025, 11, 10), "frequency": "quarterly"},
    {"start": date(2025, 11, 10), "frequency": "weekly"},
    {"start": date(2025, 11, 10), "alignment": "anniversary"},
    {"start": date(2025, 11, 10), "alignment": "anniversary", "frequency": "fortnightly", "in_arrears": True},
]


def book(landlord: Landlord) -> Landlord:
    for number, terms in enumerate(LEASES):
        lease = make_lease(landlord, tenant=f"Neema {number}", **terms)
        own = {"landlord": landlord, "lease": lease, "currency": lease.currency, "amount": 20_000}
        Charge.unscoped.create(stream="water", start=date(2026, 2, 10), end=date(2026, 3, 12), **own)
        Charge.unscoped.create(stream="wifi", start=date(2026, 1, 20), frequency="quarterly", **own)
        Charge.unscoped.create(stream="garbage", start=date(2025, 12, 20), lead_days=2, in_arrears=True, **own)
    Lease.objects.of(landlord).update(activated_on=date(2025, 11, 1))
    return landlord


def lines(landlord: Landlord) -> set[tuple]:
    rows = InvoiceLine.objects.of(landlord).values_list(
        "lease__tenant__contact__name", "stream", "period_start", "period_end", "amount", "invoice__due_date"
    )
    assert len(rows) == len({*rows})
    return {*rows}


@pytest.mark.django_db
def test_d13_day_by_day_bills_what_one_run_bills_whatever_the_terms(travel):
    daily, at_once = book(make_landlord(code="DAR")), book(make_landlord(code="DAS"))
    for day in (JANUARY + timedelta(days=count) for count in range(0, 90, 3)):
        travel(day)
        daily.day_done = day - timedelta(days=3)
        issue_due(landlord=daily, on=day)
    last = JANUARY + timedelta(days=87)
    issue_rent_invoices(landlord=at_once, first=date(2025, 10, 1), last=last)
    assert lines(daily) == lines(at_once)
    assert len(lines(daily)) > 100


@pytest.mark.django_db
def test_d12_a_month_that_is_billed_has_few_leases_left_to_look_at(landlord, travel):
    travel(JANUARY)
    book(landlord)
    window = owing.Window(JANUARY, JANUARY + timedelta(days=30))
    Charge.objects.of(landlord).exclude(stream__in=("rent", "water")).delete()
    issue_rent_invoices(landlord=landlord, first=window.first, last=window.last)
    left = owing.owing(landlord, window)
    assert {lease.alignment for lease in left if lease.start <= window.last} == {"anniversary"}
    Charge.objects.of(landlord).filter(stream="rent", lease__frequency="weekly").update(stream="shop")
    [bill, *_others] = unbilled(landlord, window.first, window.last, result=RunResult())
    assert Lease.objects.of(landlord).get(pk=bill.lease).frequency == "weekly"

"""Renewal: a further term of the same lease, with its ledger, at the old rent or a new one (D10, D15)."""

import re
from datetime import date
from decimal import Decimal

import pytest

from modules.leasing.events import LeasesRenewed
from modules.leasing.life_selectors import renewable, renewal_blocked, terms_of
from modules.leasing.models import Lease, Term
from modules.leasing.rent_steps import ByPercent
from modules.leasing.services import expire_leases, give_notice, renew_leases
from modules.leasing.term_lengths import DAY
from rentbook.kernel.contributions import message_templates
from rentbook.kernel.log import LogEntry
from rentbook.kernel.states import Refused
from tests.factories import make_lease, make_unit

pytestmark = pytest.mark.django_db
DECEMBER, JANUARY = date(2026, 12, 31), date(2027, 1, 1)
TODAY = date(2026, 11, 20)
PLACEHOLDER = re.compile(r"\{\{ (\w+) \}\}")
YEAR = {"start": date(2026, 1, 1), "end": DECEMBER}


@pytest.fixture(autouse=True)
def _in_november(travel):
    travel(TODAY)


@pytest.fixture
def lease(landlord):
    return make_lease(landlord, **YEAR, rent="500000", tenant="Asha Mrema")


def life(lease: Lease) -> list[tuple]:
    lease.refresh_from_db()
    return [(span.start, span.end) for span in terms_of(lease)]


def rents(lease: Lease) -> list[tuple]:
    return [(row.start, row.end, int(row.amount.amount)) for row in lease.charges.order_by("start")]


def test_d10_a_renewal_adds_a_term_and_the_rent_steps_on_its_first_day(lease, alice):
    renew_leases(leases=[lease], months=12, rise=ByPercent(800), round_to=Decimal(1000), by=alice)
    assert life(lease) == [(date(2026, 1, 1), DECEMBER), (JANUARY, date(2027, 12, 31))]
    assert rents(lease) == [(date(2026, 1, 1), DECEMBER, 500_000), (JANUARY, None, 540_000)]
    term = lease.further_terms.get()
    assert (term.kind, term.follows, term.agreed_on) == ("renewed", DECEMBER, TODAY)
    assert LogEntry.objects.for_instance(lease).filter(action=LeasesRenewed.name, user=alice).exists()


def test_d10_without_a_step_the_rent_stays_and_without_months_there_is_no_last_day(lease):
    renew_leases(leases=[lease], by=None)
    assert life(lease) == [(date(2026, 1, 1), DECEMBER), (JANUARY, None)]
    assert rents(lease) == [(date(2026, 1, 1), None, 500_000)]


def test_a_lease_is_renewed_again_and_to_a_day_of_its_own(lease, travel):
    renew_leases(leases=[lease], months=6, by=None)
    travel(date(2027, 6, 1))
    renew_leases(leases=[lease], end=date(2027, 9, 15), by=None)
    assert life(lease) == [
        (date(2026, 1, 1), DECEMBER),
        (JANUARY, date(2027, 6, 30)),
        (date(2027, 7, 1), date(2027, 9, 15)),
    ]
    travel(date(2027, 9, 1))
    renew_leases(leases=[lease], months=1, by=None)
    assert life(lease)[-1] == (date(2027, 9, 16), date(2027, 10, 15))


def test_d6_months_of_a_renewal_are_counted_from_the_lease_s_first_day(landlord):
    lease = make_lease(landlord, start=date(2026, 1, 31), end=date(2026, 11, 29))
    renew_leases(leases=[lease], months=4, by=None)
    assert life(lease)[-1] == (date(2026, 11, 30), date(2027, 3, 30))


def test_a_renewal_ends_after_the_term_before(lease):
    with pytest.raises(Refused, match="runs through 2026-12-31: renew it to a later day"):
        renew_leases(leases=[lease], end=DECEMBER, by=None)


# --- What cannot be renewed -----------------------------------------------------------------------------------------


def blocked(lease: Lease) -> str:
    """Why the lease cannot be renewed, as the service and the list say alike."""
    lease.refresh_from_db()
    reason = renewal_blocked(lease)
    assert renewable(Lease.objects.of(lease.landlord)).filter(pk=lease.pk).exists() is not bool(reason)
    if reason:
        with pytest.raises(Refused) as refusal:
            renew_leases(leases=[lease], months=12, by=None)
        assert refusal.value.messages == [reason]
    return reason


def test_a_lease_that_is_not_active_or_has_no_last_day_or_has_notice_is_not_renewed(landlord, lease):
    assert blocked(lease) == ""
    assert "has no last day" in blocked(make_lease(landlord))
    assert "is pending" in blocked(make_lease(landlord, **YEAR, signed=False))
    noticed = make_lease(landlord, **YEAR)
    give_notice(leases=[noticed], by_whom="tenant", by=None)
    assert "was given on 2026-11-20: withdraw it first" in blocked(noticed)
    expire_leases(landlord=landlord, on=JANUARY)
    assert "is expired" in blocked(lease)


def test_a_second_press_of_the_same_day_renews_nothing_again(lease):
    renew_leases(leases=[lease], months=12, rise=ByPercent(800), by=None)
    assert "was renewed today already" in blocked(lease)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_renew_at_once_one_does(lease, together):
    def renew():
        return renew_leases(leases=[lease], months=12, by=None)

    answers = together(renew, renew)
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert life(lease) == [(date(2026, 1, 1), DECEMBER), (JANUARY, date(2027, 12, 31))]


def test_d15_a_home_that_is_let_to_another_from_then_is_not_renewed_and_the_other_is_named(landlord, lease):
    make_lease(landlord, unit=lease.unit, start=date(2027, 2, 1), tenant="Baraka Lema")
    assert "is let to Baraka Lema from 2027-02-01" in blocked(lease)


def test_d15_in_a_shared_home_another_lease_is_in_nobody_s_way(landlord):
    unit = make_unit(landlord, shared=True)
    lease = make_lease(landlord, **YEAR, unit=unit)
    make_lease(landlord, unit=unit, start=date(2027, 2, 1))
    assert blocked(lease) == ""


def test_a_set_is_renewed_whole_or_not_at_all(landlord, lease):
    with pytest.raises(Refused, match="has no last day"):
        renew_leases(leases=[lease, make_lease(landlord)], months=12, by=None)
    assert life(lease) == [(date(2026, 1, 1), DECEMBER)]


# --- What the tenant is told ----------------------------------------------------------------------------------------


def told(lease: Lease, on: date) -> list[str]:
    """The words of each term that the tenant should have been told of by a day."""
    terms = message_templates["rb_renewal"].due(lease.landlord, on)
    return [words(term) for term in terms]


def words(term: Term) -> str:
    template = message_templates["rb_renewal"]
    values = template.values(term, "en")
    return PLACEHOLDER.sub(lambda found: values[found[1]], template.text)


def test_the_tenant_is_told_the_new_last_day_and_the_new_rent_once_for_each_term(lease, travel):
    assert told(lease, TODAY) == []
    renew_leases(leases=[lease], months=12, rise=ByPercent(800), round_to=Decimal(1000), by=None)
    [text] = told(lease, TODAY)
    assert "goes on from 1 January 2027, through 31 December 2027. The rent is then TSh 540,000, monthly." in text
    travel(TODAY + DAY)
    renew_leases(leases=[lease], by=None)
    [text] = told(lease, TODAY + DAY)
    assert "goes on from 1 January 2028, without a last day." in text
    assert told(lease, TODAY + 8 * DAY) == []


def test_a_tenant_who_gives_notice_is_not_told_of_a_renewal_any_more(lease):
    renew_leases(leases=[lease], months=12, by=None)
    give_notice(leases=[lease], by_whom="tenant", by=None)
    assert told(lease, TODAY) == []
    [term] = message_templates["rb_renewal"].subjects(lease.landlord)
    assert message_templates["rb_renewal"].outdated(term) == "notice was given"

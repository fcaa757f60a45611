"""What is usual at a property or with the landlord is taken over by a new lease, which keeps where it came from."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from modules.leasing import services
from modules.leasing.models import LateFeeRule, Lease, TermDefaults
from modules.leasing.usual_terms import LANDLORD, PROGRAM, PROPERTY, resolve
from rentbook.exchange.importing import import_sheet
from rentbook.kernel import editing
from tests.factories import make_landlord, make_unit

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)


@pytest.fixture
def home(landlord):
    return make_unit(landlord, name="A-12", building="Bahari")


@pytest.fixture
def elsewhere(landlord):
    return make_unit(landlord, name="B-1", building="Upanga")


@pytest.fixture
def usual(landlord, home, alice):
    """The landlord grants 3 days of grace and asks 30 days of notice; at Bahari it is 5 days, due ten days after."""
    services.create_usual_terms(landlord=landlord, grace_days=3, notice_days=30, by=alice)
    return services.create_usual_terms(
        landlord=landlord, property=home.property, grace_days=5, due_days_after=10, by=alice
    )


def sign(unit, **terms) -> Lease:
    person = {"name": "Asha Mrema"}
    return services.create_lease(unit=unit, person=person, start=START, rent=Decimal(500_000), by=None, **terms)


# --- Where a term comes from ----------------------------------------------------------------------------------------


def test_the_property_comes_before_the_landlord_and_the_landlord_before_the_program(landlord, home, elsewhere, usual):
    here, there = resolve(landlord, home.property), resolve(landlord, elsewhere.property)
    names = ("grace_days", "notice_days", "frequency")
    assert [here[name] for name in names] == [(5, PROPERTY), (30, LANDLORD), ("monthly", PROGRAM)]
    assert [there[name] for name in names] == [(3, LANDLORD), (30, LANDLORD), ("monthly", PROGRAM)]


def test_r2_due_day_and_days_until_due_are_one_choice(landlord, home, elsewhere, usual):
    here, there = resolve(landlord, home.property), resolve(landlord, elsewhere.property)
    assert (here["due_day"].value, here["due_days_after"].value) == (None, 10)
    assert (there["due_day"].value, there["due_days_after"].value) == (5, None)


def test_nothing_is_set_by_a_word_that_is_left_empty_and_zero_is_set(landlord, home, usual, alice):
    services.update_usual_terms(row=usual, grace_days=0, in_arrears=False, by=alice)
    here = resolve(landlord, home.property)
    assert here["grace_days"] == (0, PROPERTY)
    assert here["in_arrears"] == (False, PROPERTY)


# --- A lease --------------------------------------------------------------------------------------------------------


def test_a_lease_takes_what_nobody_set_and_keeps_where_it_came_from(home, usual):
    lease = sign(home)
    assert (lease.grace_days, lease.notice_days, lease.due_day, lease.due_days_after) == (5, 30, None, 10)
    assert lease.inherited == {"grace_days": "property", "notice_days": "landlord", "due_days_after": "property"}


def test_what_the_lease_says_itself_wins_also_where_it_is_the_same(home, usual):
    lease = sign(home, grace_days=5, due_day=7)
    assert (lease.grace_days, lease.due_day, lease.due_days_after) == (5, 7, None)
    assert lease.inherited == {"notice_days": "landlord"}


def test_what_is_changed_is_the_leases_own_from_then_on(home, usual, alice):
    lease = sign(home)
    lease = services.update_lease(row=lease, seen=editing.version(lease), grace_days=8, notice_days=30, by=alice)
    assert lease.inherited == {"notice_days": "landlord", "due_days_after": "property"}
    lease = services.update_lease(row=lease, due_day=5, due_days_after=None, by=alice)
    assert lease.inherited == {"notice_days": "landlord"}


def test_what_is_usual_may_change_and_leases_that_are_written_keep_theirs(home, usual, alice):
    lease = sign(home)
    services.update_usual_terms(row=usual, grace_days=9, by=alice)
    lease.refresh_from_db()
    assert lease.grace_days == 5
    services.delete_usual_terms(usual, by=alice)
    assert resolve(home.landlord, home.property)["grace_days"] == (3, LANDLORD)


def test_a_sheet_takes_over_what_its_row_does_not_say(landlord, home, elsewhere, usual):
    header = ["property", "unit", "tenant_name", "lease_start", "rent", "due_day"]
    rows = [["Bahari", "A-12", "Asha", START, "500000", None], ["Upanga", "B-1", "Baraka", START, "400000", "7"]]
    outcome = import_sheet(kind="leases", name="x.csv", table=[header, *rows], landlord=landlord, by=None)
    assert outcome.errors == []
    here, there = Lease.objects.of(landlord).order_by("unit__name")
    assert (here.due_day, here.due_days_after, here.grace_days) == (None, 10, 5)
    assert here.inherited == {"grace_days": "property", "notice_days": "landlord", "due_days_after": "property"}
    assert (there.due_day, there.due_days_after, there.inherited) == (
        7, None, {"grace_days": "landlord", "notice_days": "landlord"}
    )  # fmt: skip


def test_a_sheet_that_comes_again_with_a_due_day_sets_it_in_the_place_of_the_usual(landlord, home, usual):
    header = ["property", "unit", "tenant_name", "lease_start", "rent", "due_day"]
    for due_day in (None, "7"):
        rows = [header, ["Bahari", "A-12", "Asha", START, "500000", due_day]]
        assert not import_sheet(kind="leases", name="x.csv", table=rows, landlord=landlord, by=None).errors
    lease = Lease.objects.of(landlord).get()
    assert (lease.due_day, lease.due_days_after) == (7, None)
    assert lease.inherited == {"grace_days": "property", "notice_days": "landlord"}


def test_d49_a_row_that_contradicts_what_is_usual_is_named(landlord, home, usual, alice):
    services.update_usual_terms(row=usual, frequency="fortnightly", alignment="anniversary", by=alice)
    header = ["property", "unit", "tenant_name", "lease_start", "rent", "alignment"]
    row = ["Bahari", "A-12", "Asha", START, "500000", "calendar"]
    outcome = import_sheet(kind="leases", name="x.csv", table=[header, row], landlord=landlord, by=None)
    assert [problem.column for problem in outcome.errors] == ["frequency"]


# --- Late fees ------------------------------------------------------------------------------------------------------


def fee(landlord, currency: str) -> LateFeeRule:
    values = {"name": f"Late in {currency}", "kind": "flat", "amount": 5000, "currency": currency}
    return LateFeeRule.unscoped.create(landlord=landlord, **values)


def test_the_usual_late_fee_is_taken_over_in_its_own_currency_alone(landlord, home, usual, alice):
    services.update_usual_terms(row=usual, late_fee=fee(landlord, "TZS"), by=alice)
    assert sign(home).late_fee.name == "Late in TZS"
    in_dollars = sign(make_unit(landlord, name="A-13"), currency="USD")
    assert in_dollars.late_fee is None
    assert "late_fee" not in in_dollars.inherited


def test_d22_a_late_fee_in_another_currency_than_the_lease_is_refused(landlord, home):
    with pytest.raises(ValidationError, match="The late fee is in USD, and the lease is in TZS"):
        sign(home, late_fee=fee(landlord, "USD"))


# --- Contradictions -------------------------------------------------------------------------------------------------


def test_usual_terms_on_which_no_lease_could_be_signed_are_refused_by_name(landlord, home, usual, alice):
    with pytest.raises(ValidationError, match="Bahari: Fortnights have no calendar"):
        services.update_usual_terms(row=usual, frequency="fortnightly", by=alice)
    with pytest.raises(ValidationError, match="Choose either a due day, from 1 to 31, or"):
        services.update_usual_terms(row=usual, due_day=5, due_days_after=10, by=alice)


def test_what_the_landlord_sets_must_go_with_what_a_property_has(landlord, home, usual, alice):
    services.update_usual_terms(row=usual, frequency="fortnightly", alignment="anniversary", by=alice)
    own = TermDefaults.objects.of(landlord).get(property=None)
    services.update_usual_terms(row=own, alignment="calendar", by=alice)
    services.update_usual_terms(row=own, alignment="anniversary", by=alice)
    services.update_usual_terms(row=usual, alignment="", by=alice)
    with pytest.raises(ValidationError, match="Bahari: Fortnights"):
        services.update_usual_terms(row=own, alignment="", by=alice)


def test_there_is_one_set_for_the_landlord_and_one_for_a_property(landlord, home, usual, alice):
    for place, name in ((None, "Jengo la Bahari"), (home.property, "Bahari")):
        with pytest.raises(ValidationError, match=f"The usual terms of {name} are there already"):
            services.create_usual_terms(landlord=landlord, property=place, by=alice)


def test_d7_the_database_holds_no_fortnights_by_the_calendar(home):
    lease = sign(home)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lease.objects.of(home.landlord).filter(pk=lease.pk).update(frequency="fortnightly")


# --- On the screen --------------------------------------------------------------------------------------------------


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


def test_the_form_says_what_is_usual_and_where(office, home, usual):
    form = office.get(reverse("new_lease"), {"unit": home.pk}).context["form"]
    assert form["grace_days"].help_text == "5, as usual at Bahari"
    assert form["notice_days"].help_text == "30, as usual with the landlord"
    assert form.fields["frequency"].choices[0] == ("", "monthly, where nothing else is said")
    assert form["due_days_after"].help_text == "10, as usual at Bahari"


def test_what_stays_empty_on_the_form_is_taken_over_and_the_lease_says_so(office, home, usual, landlord):
    said = {"unit": home.pk, "name": "Asha", "start": "2026-01-01", "rent": "500000", "draft": "1", "notice_days": "60"}
    office.post(reverse("new_lease"), said | {"tax_rate": "18", "withholding_rate": "10", "occupants": "4"})
    lease = Lease.objects.of(landlord).get()
    assert (lease.grace_days, lease.notice_days, lease.occupants) == (5, 60, 4)
    rent = lease.charges.get()
    assert (rent.tax_rate, rent.withholding_rate) == (1800, 1000)
    page = office.get(reverse("lease:inspect", args=[lease.pk])).content.decode()
    assert "5, as usual at Bahari" in page
    assert "60, as usual" not in page


def test_no_late_fee_can_be_said_where_one_is_usual(office, home, usual, landlord, alice):
    services.update_usual_terms(row=usual, late_fee=fee(landlord, "TZS"), by=alice)
    said = {"unit": home.pk, "name": "Asha", "start": "2026-01-01", "rent": "500000", "draft": "1", "late_fee": "none"}
    office.post(reverse("new_lease"), said)
    lease = Lease.objects.of(landlord).get()
    assert lease.late_fee is None
    assert "late_fee" not in lease.inherited


def test_only_late_fees_of_that_landlord_and_currency_are_offered(office, home, landlord, alice):
    from rentbook.kernel.roles import add_member

    kuwait = make_landlord(code="KWT")
    add_member(user=alice, landlord=kuwait, role="manager")
    own = fee(landlord, "TZS")
    for other in (fee(landlord, "USD"), fee(kuwait, "KWD")):
        assert other.pk
    form = office.get(reverse("new_lease"), {"unit": home.pk}).context["form"]
    assert [key for key, _label in form.fields["late_fee"].choices] == ["", "none", str(own.pk)]


def test_the_next_lease_of_a_home_is_like_the_last_where_that_was_unlike_the_usual(office, home, usual):
    sign(home, notice_days=90, end=date(2026, 6, 30), in_arrears=True)
    services.activate_leases(leases=Lease.objects.of(home.landlord), by=None)
    form = office.get(reverse("new_lease"), {"unit": home.pk}).context["form"]
    names = ("notice_days", "grace_days", "due_days_after", "in_arrears")
    assert [form[name].value() for name in names] == [90, None, None, True]


def test_usual_terms_are_written_from_the_propertys_page(office, home, landlord):
    page = office.get(reverse("property:inspect", args=[home.property_id])).content.decode()
    address = f"{reverse('termdefaults:add')}?property={home.property_id}"
    assert address in page
    form = office.get(address).context["form"]
    assert form["property"].value() == str(home.property_id)
    office.post(address, {"landlord": landlord.pk, "property": home.property_id, "grace_days": "5", "in_arrears": ""})
    row = TermDefaults.objects.of(landlord).get()
    assert (row.property, row.grace_days, row.in_arrears, row.frequency) == (home.property, 5, None, "")
    page = office.get(reverse("property:inspect", args=[home.property_id])).content.decode()
    assert reverse("termdefaults:change", args=[row.pk]) in page

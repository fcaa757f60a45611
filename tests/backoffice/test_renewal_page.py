"""The life of leases by the back office: what is shown before it is done, and that no more than that is done."""

from datetime import date

import pytest
from django.urls import reverse

from modules.leasing.models import Lease
from rentbook.backoffice import bulk
from rentbook.kernel.choices import Role
from rentbook.kernel.jobs import Job, run_jobs
from tests.factories import make_lease, staff_of

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 31)
YEAR = {"start": date(2026, 1, 1), "end": DECEMBER}
EIGHT = {"asked-months": "12", "asked-percent": "8", "asked-round_to": "1000", "asked-end": "", "asked-more": ""}


@pytest.fixture(autouse=True)
def _in_november(travel):
    travel(date(2026, 11, 20))


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def six(landlord) -> list[Lease]:
    return [make_lease(landlord, **YEAR, rent="500000", tenant=f"Tenant {number}") for number in range(1, 7)]


def page(client, act: str, leases, **answers) -> tuple[str, str]:
    """The address of the act for these leases with these answers, and what stands there."""
    keys = "&".join(f"pk={lease.pk}" for lease in leases)
    typed = "".join(f"&{name}={value}" for name, value in answers.items())
    address = f"{reverse('lease:bulk', args=[act])}?{keys}{typed}"
    return address, client.get(address).content.decode()


def ends(leases) -> set[date]:
    return {Lease.objects.of(lease.landlord).get(pk=lease.pk).end for lease in leases}


def test_six_leases_are_renewed_in_four_clicks_with_old_and_new_side_by_side(alices, six, landlord):
    """Tick, “Renew”, “Show what it does”, “Renew 6”."""
    _address, asked = page(alices, "renew", six)
    assert "Show what it does" in asked
    assert "6 leases are renewed" not in asked
    address, shown = page(alices, "renew", six, **EIGHT)
    for text in ("6 leases are renewed.", "500,000", "540,000", "Renew <bdi>6</bdi>"):
        assert text in shown
    assert ends(six) == {DECEMBER}
    alices.post(address)
    alices.post(address)
    assert ends(six) == {date(2027, 12, 31)}, "pressing twice renews once"
    new = {int(charge.amount.amount) for lease in six for charge in lease.charges.filter(start=date(2027, 1, 1))}
    assert new == {540_000}


def test_what_cannot_be_renewed_is_named_with_the_reason_and_left_alone(alices, six, landlord):
    make_lease(landlord, unit=six[0].unit, start=date(2027, 1, 1), tenant="Baraka Lema")
    address, shown = page(alices, "renew", six, **EIGHT)
    assert "5 leases are renewed. 1 is passed over." in shown
    assert "is let to Baraka Lema from 2027-01-01" in shown
    answer = alices.post(address, follow=True).content.decode()
    assert "is let to Baraka Lema from 2027-01-01" in answer
    assert ends(six) == {DECEMBER, date(2027, 12, 31)}


def test_nothing_is_done_before_it_was_answered_nor_with_answers_that_contradict_each_other(alices, six):
    for answers in (
        {},
        EIGHT | {"asked-more": "5000"},
        EIGHT | {"asked-end": "2027-06-30"},
        EIGHT | {"asked-percent": "a"},
    ):
        address, shown = page(alices, "renew", six, **answers)
        assert "Renew <bdi>6</bdi>" not in shown
        alices.post(address)
    assert ends(six) == {DECEMBER}


def test_more_than_a_page_of_leases_is_a_job_with_the_same_answers(alices, six, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 5)
    address, _shown = page(alices, "renew", six, **EIGHT)
    alices.post(address)
    assert ends(six) == {DECEMBER}
    assert Job.unscoped.get().params["typed"]["asked-percent"] == "8"


@pytest.mark.django_db(transaction=True)
def test_the_worker_renews_by_what_was_answered(alices, six, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 5)
    alices.post(page(alices, "renew", six, **EIGHT)[0])
    run_jobs()
    assert ends(six) == {date(2027, 12, 31)}
    assert Job.unscoped.get().state == "done"


def test_a_rent_is_raised_from_a_day_on_and_the_old_and_the_new_are_shown(alices, six):
    answers = {"asked-on": "2026-12-01", "asked-stream": "rent", "asked-more": "25000"}
    address, shown = page(alices, "raise", six, **answers)
    assert "6 amounts change." in shown
    assert "525,000" in shown
    alices.post(address)
    rents = {int(charge.amount.amount) for lease in six for charge in lease.charges.filter(start=date(2026, 12, 1))}
    assert rents == {525_000}


# --- One lease ------------------------------------------------------------------------------------------------------


def act(client, lease: Lease, name: str, **answers) -> str:
    return client.post(reverse("lease:action", args=[lease.pk, name]), answers, follow=True).content.decode()


def lease_page(client, lease: Lease) -> str:
    return client.get(reverse("lease:inspect", args=[lease.pk])).content.decode()


def test_notice_is_given_and_withdrawn_on_the_lease_s_page(alices, landlord):
    lease = make_lease(landlord, **YEAR, notice_days=10)
    asked = alices.get(reverse("lease:action", args=[lease.pk, "notice"])).content.decode()
    assert 'value="2026-11-30"' in asked
    assert "Say why it is sooner" in act(alices, lease, "notice", by_whom="tenant", leaves_on="2026-11-25")
    act(alices, lease, "notice", by_whom="tenant", leaves_on="2026-11-25", reason="a job elsewhere")
    assert ends([lease]) == {date(2026, 11, 25)}
    assert "a job elsewhere" in lease_page(alices, lease)
    act(alices, lease, "withdraw-notice")
    assert ends([lease]) == {DECEMBER}


def test_a_lease_is_terminated_on_a_day_for_a_reason(alices, six):
    act(alices, six[0], "terminate", on="2026-11-15", reason="sold")
    six[0].refresh_from_db()
    assert (six[0].state, six[0].end, six[0].end_reason) == ("terminated", date(2026, 11, 15), "sold")


def test_the_terms_of_a_lease_stand_on_its_page(alices, six):
    act(alices, six[0], "renew", months="12")
    shown = lease_page(alices, six[0])
    assert "first term" in shown
    assert "renewed" in shown


def test_who_ended_and_did_not_move_out_waits_on_the_home_until_they_have(alices, landlord):
    lease = make_lease(landlord, start=date(2026, 1, 1), end=date(2026, 10, 31))
    act(alices, lease, "terminate", on="2026-10-31")
    home = alices.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 lease ended, not moved out" in home
    assert lease.unit.name in alices.get(f"{reverse('lease:index')}?staying=1").content.decode()
    act(alices, lease, "moved-out", on="2026-11-02")
    assert "not moved out" not in alices.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CARETAKER, Role.OWNER])
def test_who_only_reads_leases_changes_nothing_of_their_life(client, six, landlord, role):
    client.force_login(staff_of(landlord, role=role))
    keys = f"?pk={six[0].pk}"
    assert client.get(reverse("lease:bulk", args=["renew"]) + keys).status_code in (302, 403)
    client.post(reverse("lease:action", args=[six[0].pk, "terminate"]), {"on": "2026-11-01"})
    assert ends(six) == {DECEMBER}

"""Deposits and statements in the back office: what is shown, what is done, and for whom."""

from datetime import date

import pytest
from django.urls import reverse

pytest.importorskip("modules.invoicing.models")

from modules.invoicing.deposits import deposit_held
from modules.invoicing.models import DepositEntry
from modules.invoicing.services import settle
from modules.leasing.services import sign_leases
from rentbook.kernel.money import Money
from tests.factories import make_lease, staff_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 5)


@pytest.fixture
def lease(landlord, travel):
    """A deposit of 1,000,000 is held, and rent of 500,000 for January is open."""
    travel(DAY)
    lease = make_lease(landlord, signed=False, deposit="1000000")
    sign_leases(leases=[lease], by=None)
    bill = lease.invoices.get(lines__kind="deposit")
    days = {"value_date": DAY, "entry_date": DAY}
    settle(invoice=bill, kind="payment", amount=Money(1_000_000, "TZS"), source="test", by=None, **days)
    return lease


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


def text_of(answer) -> str:
    return answer.content.decode().replace("\u00a0", " ")


def page(name: str, lease) -> str:
    return reverse(name, args=[lease.pk])


def test_a_lease_shows_what_of_its_deposit_is_agreed_charged_and_held(office, lease):
    text = text_of(office.get(page("lease:inspect", lease)))
    for fact in ("Deposit agreed", "Deposit charged", "Deposit held"):
        assert fact in text
    assert text.count("TSh 1,000,000") >= 3
    assert page("apply_deposit", lease) in text
    assert page("refund_deposit", lease) in text


def test_a_deposit_is_applied_to_the_bills_that_are_ticked(office, lease):
    form = office.get(page("apply_deposit", lease)).context["form"]
    rent = lease.invoices.get(lines__kind="rent")
    assert (list(form.initial["invoices"]), form.initial["amount"]) == ([rent], "500000")
    given = {"invoices": [rent.pk], "amount": "200,000", "on": "2026-01-05", "reason": "Rent of January"}
    answer = office.post(page("apply_deposit", lease), given)
    assert answer.url == page("lease:inspect", lease)
    assert deposit_held(lease) == Money(800_000, "TZS")
    assert "Rent of January" in text_of(office.get(answer.url))


def test_too_much_is_refused_beside_the_amount_with_the_most_that_can_be_taken(office, lease):
    given = {"amount": "1,000,001", "account": "1000", "on": "2026-01-05", "reason": "Moved out"}
    answer = office.post(page("refund_deposit", lease), given)
    [told] = answer.context["form"].errors["amount"]
    assert told == "TSh 1,000,001 is more than is held of the deposit: at most TSh 1,000,000."
    assert not DepositEntry.objects.of(lease.landlord).exists()


def test_a_refund_names_the_account_and_is_undone_with_a_reason(office, lease, alice):
    given = {"amount": "400000", "account": "1020", "reference": "TRX 7", "on": "2026-01-05", "reason": "Moved out"}
    office.post(page("refund_deposit", lease), given)
    entry = DepositEntry.objects.of(lease.landlord).get()
    assert (entry.account, entry.reference, entry.by) == ("1020", "TRX 7", alice)
    office.post(reverse("depositentry:action", args=[entry.pk, "undo"]), {"reason": "The transfer came back"})
    assert deposit_held(lease) == Money(1_000_000, "TZS")
    again = text_of(office.get(reverse("depositentry:action", args=[entry.pk, "undo"])))
    assert "This entry was taken back before." in again


@pytest.mark.parametrize("name", ["apply_deposit", "refund_deposit"])
def test_another_landlord_s_deposit_is_not_there_and_who_only_reads_moves_none(client, lease, bob, landlord, name):
    client.force_login(bob)
    assert client.get(page(name, lease)).status_code == 404
    client.force_login(staff_of(landlord, role="accountant"))
    assert client.get(page(name, lease)).status_code in (302, 403)
    assert page(name, lease) not in text_of(client.get(page("lease:inspect", lease)))


def test_a_statement_of_a_lease_shows_its_months_and_the_deposit_apart(office, lease):
    answer = office.get(reverse("statement", args=["lease", lease.pk]), {"first": "2026-01", "last": "2026-01"})
    text = text_of(answer)
    for said in ("Bill, January 2026", "All before", "Payment", "Held", "Came in"):
        assert said in text
    [block] = answer.context["blocks"]
    assert (block["statement"].last, block["statement"].closing) == (date(2026, 1, 31), Money(500_000, "TZS"))
    assert block["statement"].deposit_held == Money(1_000_000, "TZS")


def test_a_tenant_s_statement_has_a_block_for_each_lease_and_three_months_by_itself(office, lease):
    answer = office.get(reverse("statement", args=["tenant", lease.tenant_id]))
    assert [block["statement"].first for block in answer.context["blocks"]] == [date(2025, 11, 1)]
    assert reverse("statement", args=["tenant", lease.tenant_id]) in text_of(
        office.get(reverse("tenant:inspect", args=[lease.tenant_id]))
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"first": "2026-02", "last": "2026-01"}, "The first month is after the last."),
        ({"first": "soon"}, "A month is expected, such as 2026-01."),
    ],
)
def test_a_range_that_is_none_is_answered_by_a_sentence(office, lease, asked, told):
    answer = office.get(reverse("statement", args=["lease", lease.pk]), asked)
    assert answer.status_code == 200
    assert told in text_of(answer)


def test_another_landlord_s_statement_is_not_there_and_a_caretaker_sees_none(client, lease, bob, landlord):
    address = reverse("statement", args=["lease", lease.pk])
    client.force_login(bob)
    assert client.get(address).status_code == 404
    client.force_login(staff_of(landlord, role="caretaker"))
    assert client.get(address).status_code in (302, 403)

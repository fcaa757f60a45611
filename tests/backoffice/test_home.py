"""Who has not paid this month is the first thing on the home."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories import make_invoice, make_lease

pytest.importorskip("modules.invoicing.models")


@pytest.fixture
def home(client, alice, travel):
    def look(on: date) -> str:
        travel(on)
        client.force_login(alice)
        answer = client.get(reverse("wagtailadmin_home"))
        assert answer.status_code == 200
        return answer.content.decode()

    return look


def test_d38_due_on_the_fifth_nobody_is_on_the_list_on_the_third(landlord, home):
    make_invoice(make_lease(landlord, tenant="Asha Mrema"))
    assert "Asha Mrema" not in home(date(2026, 1, 3))


def test_d38_due_on_the_fifth_everybody_with_a_balance_is_on_the_list_on_the_fifth(landlord, home):
    make_invoice(make_lease(landlord, tenant="Asha Mrema"))
    page = home(date(2026, 1, 5))
    assert "Asha Mrema" in page
    assert "due today" in page
    assert "TSh 500,000" in page.replace("\xa0", " ")


def test_d38_days_late_are_counted_from_the_due_date(landlord, home):
    make_invoice(make_lease(landlord, tenant="Asha Mrema"))
    assert "15 d late" in home(date(2026, 1, 20))


def test_d38_last_months_debt_is_not_this_months(landlord, home):
    make_invoice(make_lease(landlord, tenant="Asha Mrema"))
    assert "Asha Mrema" not in home(date(2026, 2, 5))


def test_a_neighbours_tenants_are_not_on_the_list(landlord, neighbour, home):
    make_invoice(make_lease(neighbour, tenant="Only Next Door"))
    assert "Only Next Door" not in home(date(2026, 1, 20))


def test_the_home_names_everybody_who_owes_on_its_full_list(landlord, client, alice, travel, home):
    for number in range(14):
        make_invoice(make_lease(landlord, tenant=f"Tenant Number {number}"))
    assert "and 2 more" in home(date(2026, 1, 20))
    page = client.get(reverse("not_paid")).content.decode()
    assert all(f"Tenant Number {number}" in page for number in range(14))


def test_r9_paid_through_is_shown_on_lease_and_tenant(landlord, client, alice):
    from modules.payments.services import record_payment
    from rentbook.kernel import clock

    lease = make_lease(landlord)
    invoice = make_invoice(lease)
    with clock.travel(date(2026, 1, 6)):
        record_payment(invoice=invoice, amount=invoice.balance, by=alice)
    client.force_login(alice)
    for page in (reverse("lease:inspect", args=[lease.pk]), reverse("tenant:inspect", args=[lease.tenant_id])):
        assert "31 Jan 2026" in client.get(page).content.decode()
    assert "31 Jan 2026" in client.get(reverse("lease:index")).content.decode()

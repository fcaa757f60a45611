"""Every amount owed explains itself: bills, line by line, and what came off them, each with its document."""

from datetime import date

import pytest
from django.urls import reverse

from modules.invoicing.explaining import explain
from modules.invoicing.services import give_credit
from modules.invoicing.services.settling import apply_credits
from rentbook.kernel import clock
from rentbook.kernel.money import Money, show, sums
from tests.factories import make_invoice, make_lease, staff_of

JANUARY, MARCH = date(2026, 1, 10), date(2026, 3, 10)


def shillings(amount: int) -> Money:
    return Money(amount, "TZS")


def lines_of(accounts) -> list[tuple[str, str]]:
    return [(line.name, show(line.amount, "en", plain=True)) for account in accounts for line in account.lines]


@pytest.fixture
def asha(landlord):
    """A lease of 500,000 a month with 48,000 for electricity, billed for January and February."""
    lease = make_lease(landlord, tenant="Asha Mrema", charges={"electricity": "48000"})
    make_invoice(lease, month=date(2026, 1, 1))
    make_invoice(lease, month=date(2026, 2, 1))
    return lease


@pytest.fixture
def paid_in_part(asha, alice):
    """200,000 of January is paid; another 100,000 of it was taken back."""
    from modules.payments.services import record_payment, reverse_payments

    january = asha.invoices.earliest("due_date")
    with clock.travel(JANUARY):
        record_payment(invoice=january, amount=shillings(200_000), by=alice)
        wrong = record_payment(invoice=january, amount=shillings(100_000), by=alice)
        reverse_payments(payments=[wrong], reason="bounced", by=alice)
    return january


def test_the_lines_of_open_bills_make_what_a_tenant_owes(asha, alice):
    accounts = explain(alice, asha.tenant)
    assert lines_of(accounts) == [("Rent", "TSh 500,000"), ("Electricity", "TSh 48,000")] * 2
    assert sums(account.invoice.balance for account in accounts) == [shillings(1_096_000)]


@pytest.mark.needs("payments")
def test_part_payments_and_reversals_stand_below_the_bill_with_their_receipts(paid_in_part, alice):
    [account] = explain(alice, paid_in_part)
    assert lines_of([account]) == [
        ("Rent", "TSh 500,000"),
        ("Electricity", "TSh 48,000"),
        ("payment", "-TSh 200,000"),
        ("payment", "-TSh 100,000"),
        ("reversal", "TSh 100,000"),
    ]
    receipts = [line.document and line.document.number for line in account.lines]
    assert receipts[:2] == [None, None]
    assert receipts[2] != receipts[3] == receipts[4]


def test_the_lines_add_up_to_the_balance_to_the_thousandth_of_a_dinar(landlord, alice):
    lease = make_lease(landlord, rent="250.125", currency="KWD")
    invoice = make_invoice(lease)
    given = {"value_date": JANUARY, "source": "test:kwd", "note": "paid ahead"}
    credit = give_credit(lease=lease, amount=Money("100.063", "KWD"), **given)
    apply_credits(landlord=landlord, leases=[lease.pk], on=JANUARY)
    invoice.refresh_from_db()
    [account] = explain(alice, lease)
    assert account.lines[-1].document == credit
    [total] = sums(line.amount for line in account.lines)
    assert total == invoice.balance == Money("150.062", "KWD")


def test_two_currencies_are_two_totals(asha, landlord, alice):
    francs = make_lease(landlord, rent="75000", currency="XAF")
    francs.tenant = asha.tenant
    francs.save()
    make_invoice(francs)
    total = sums(line.amount for account in explain(alice, asha.tenant) for line in account.lines)
    assert total == [shillings(1_096_000), Money(75_000, "XAF")]


def test_a_bill_that_is_paid_is_explained_to_nothing_and_a_cancelled_one_not_at_all(asha, alice):
    from modules.invoicing.services import cancel_invoices
    from modules.payments.services import record_payment

    january, february = asha.invoices.order_by("due_date")
    with clock.travel(JANUARY):
        record_payment(invoice=january, amount=january.balance, by=alice)
    cancel_invoices(invoices=[february], by=alice)
    [account] = explain(alice, january)
    assert sums(line.amount for line in account.lines) == [shillings(0)]
    assert explain(alice, february) == []
    assert explain(alice, asha) == []


# --- The page -------------------------------------------------------------------------------------------------------


def how(client, row):
    return client.get(reverse("how_made", args=[row._meta.model_name, row.pk]))


@pytest.mark.needs("payments")
def test_the_page_is_titled_by_the_amount_and_leads_to_each_document(client, alice, paid_in_part):
    client.force_login(alice)
    page = how(client, paid_in_part).content.decode().replace("\xa0", " ")
    assert "How <bdi>TSh 348,000</bdi> is made" in page
    for receipt in (payment.receipt for payment in paid_in_part.payments.all()):
        assert reverse("receipt:inspect", args=[receipt.pk]) in page


def test_the_arithmetic_of_a_part_of_a_month_is_shown(client, alice, landlord):
    lease = make_lease(landlord, start=date(2026, 1, 17))
    make_invoice(lease, month=date(2026, 1, 1), on=date(2026, 1, 17))
    client.force_login(alice)
    assert "15/31" in how(client, lease).content.decode()


def test_a_neighbour_finds_nothing_there(client, bob, asha):
    client.force_login(bob)
    for row in (asha, asha.tenant, asha.invoices.first()):
        assert how(client, row).status_code == 404
        assert client.get(reverse("how_made", args=[row._meta.model_name, 99_999_999])).status_code == 404
    assert client.get(reverse("how_made", args=["landlord", asha.landlord_id])).status_code == 404
    assert explain(bob, asha) == []


def test_a_caretaker_who_knows_homes_and_not_money_is_refused(client, landlord, asha):
    client.force_login(staff_of(landlord, role="caretaker"))
    assert "is made" not in how(client, asha).content.decode()
    assert "548,000" not in client.get(reverse("tenant:index")).content.decode()
    assert client.get(reverse("tenant:index")).status_code == 200


# --- Wherever an amount is owed -------------------------------------------------------------------------------------


def test_d38_every_amount_owed_is_a_link_to_how_it_is_made(client, alice, asha, travel):
    travel(date(2026, 1, 20))
    client.force_login(alice)
    bill = asha.invoices.earliest("due_date")
    of_tenant, of_lease, of_bill = (
        reverse("how_made", args=[row._meta.model_name, row.pk]) for row in (asha.tenant, asha, bill)
    )
    for door, link in [
        ("tenant:index", of_tenant),
        ("lease:index", of_lease),
        ("invoice:index", of_bill),
        ("wagtailadmin_home", of_bill),
        ("not_paid", of_bill),
    ]:
        assert f'href="{link}"' in client.get(reverse(door)).content.decode(), door
    for row, link in [(asha.tenant, of_tenant), (asha, of_lease), (bill, of_bill)]:
        page = client.get(reverse(f"{row._meta.model_name}:inspect", args=[row.pk])).content.decode()
        assert f'href="{link}"' in page, row


def test_what_a_tenant_owes_stands_in_the_file_of_the_list_as_a_number(client, alice, asha):
    client.force_login(alice)
    answer = client.get(reverse("tenant:index") + "?export=csv")
    assert "1096000" in b"".join(answer.streaming_content).decode().replace(".000", "")


def test_an_explanation_costs_as_many_queries_for_ten_bills_as_for_two(asha, alice, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        explain(alice, asha)
    for month in range(3, 11):
        make_invoice(asha, month=date(2026, month, 1))
    with django_assert_num_queries(len(few)):
        assert len(explain(alice, asha)) == 10

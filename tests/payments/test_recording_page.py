"""Staff record money in hand: the form comes filled in, one press saves."""

from datetime import date

import pytest
from django.urls import reverse

from modules.payments.models import Payment
from modules.payments.services import start_payment
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease, staff_of


@pytest.fixture
def desk(client, alice, invoice, travel):
    """The page as a browser has it: its fields, and a press of its button with some of them changed."""
    travel(date(2026, 1, 6))
    client.force_login(alice)
    address = reverse("record_payment", args=[invoice.pk])

    def press(**changes):
        form = client.get(address).context["form"]
        fields = {name: form[name].value() for name in form.fields}
        return client.post(address, {name: value for name, value in (fields | changes).items() if value is not None})

    return press


def test_the_form_comes_filled_in_and_one_press_records_the_whole_balance(desk, invoice, alice):
    assert desk().status_code == 302
    payment = Payment.objects.of(invoice.landlord).get()
    assert (payment.amount, payment.method, payment.by) == (Money(500_000, "TZS"), "cash", alice)
    invoice.refresh_from_db()
    assert invoice.state == "paid"


@pytest.mark.parametrize("written", ["250,000", "250000", "250 000", "TSh 250,000"])
def test_the_amount_is_read_as_people_write_it(desk, invoice, written):
    desk(amount=written)
    assert Payment.objects.of(invoice.landlord).get().amount == Money(250_000, "TZS")


def test_600000_on_500000_is_refused_with_the_exact_maximum(desk, invoice):
    page = desk(amount="600000").content.decode()
    assert "cannot exceed invoice balance due (500000.00). Maximum payment allowed: 500000.00" in page
    assert not Payment.objects.of(invoice.landlord).exists()


@pytest.mark.parametrize("written", ["5OO,000", "", "nothing", "-5", "0"])
def test_what_is_no_amount_is_refused_and_the_form_keeps_it(desk, invoice, written):
    answer = desk(amount=written)
    assert answer.status_code == 200
    assert answer.context["form"].errors["amount"]
    assert not Payment.objects.of(invoice.landlord).exists()


def test_a_day_in_the_future_is_refused(desk, invoice):
    assert "future" in desk(value_date="2026-01-07").content.decode()


def test_d48_a_day_in_a_closed_month_is_refused(desk, invoice):
    invoice.landlord.locked_through = date(2025, 12, 31)
    invoice.landlord.save()
    assert "locked" in desk(value_date="2025-12-31").content.decode()


def test_pressed_twice_it_is_one_payment(client, alice, invoice, travel):
    travel(date(2026, 1, 6))
    client.force_login(alice)
    address = reverse("record_payment", args=[invoice.pk])
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields} | {"amount": "100000"}
    for _press in range(2):
        assert client.post(address, fields).status_code == 302
    assert Payment.objects.of(invoice.landlord).count() == 1


def test_gone_back_to_and_saved_with_another_amount_it_says_so(client, alice, invoice, travel):
    travel(date(2026, 1, 6))
    client.force_login(alice)
    address = reverse("record_payment", args=[invoice.pk])
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    assert client.post(address, fields | {"amount": "100"}).status_code == 302
    again = client.post(address, fields | {"amount": "200"})
    assert "This form was saved already with another amount: open it anew." in again.content.decode()
    assert Payment.objects.of(invoice.landlord).get().amount == Money(100, "TZS")


def test_r5_staff_see_the_live_payment_and_may_release_it_in_the_same_step(desk, client, invoice):
    with clock.travel(date(2026, 1, 6)):
        attempt = start_payment(invoice=invoice, amount=Money(400_000, "TZS"), return_url="/", once="x", language="en")
    refused = desk()
    assert "Being paid now: 400000.00" in refused.content.decode()
    assert desk(releasing=[attempt.payment_id]).status_code == 302
    attempt.payment.refresh_from_db()
    assert attempt.payment.state == "cancelled"
    invoice.refresh_from_db()
    assert invoice.state == "paid"


def test_another_landlords_invoice_is_not_there(client, alice, neighbour):
    client.force_login(alice)
    theirs = make_invoice(make_lease(neighbour))
    assert client.get(reverse("record_payment", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("record_payment", args=[theirs.pk])).status_code == 404


def test_an_owner_who_only_looks_cannot_record(client, landlord, invoice):
    client.force_login(staff_of(landlord, role="owner"))
    address = reverse("record_payment", args=[invoice.pk])
    for answer in (client.get(address), client.post(address)):
        assert answer["Location"] == "/admin/"
    assert not Payment.objects.of(landlord).exists()

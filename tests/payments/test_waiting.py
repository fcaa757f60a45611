"""Somebody else holds the bill: who presses now is told to press again, and sees no fault of ours."""

from datetime import date
from threading import Event

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from modules.invoicing.services import lock_invoice
from modules.payments.models import Payment
from rentbook.kernel.waiting import is_lock_timeout
from tests.factories import make_invoice, make_lease

from .conftest import Payer, text_of


@pytest.fixture
def while_held(together):
    """Press while another connection holds the invoice, with little patience; gives the answer."""

    def run(invoice, press):
        held, done = Event(), Event()

        def holder():
            with transaction.atomic():
                lock_invoice(invoice)
                held.set()
                done.wait(timeout=20)

        def presser():
            try:
                assert held.wait(timeout=20)
                patience = "PRAGMA busy_timeout = 200" if connection.vendor == "sqlite" else "SET lock_timeout = 200"
                with connection.cursor() as cursor:
                    cursor.execute(patience)
                return press()
            finally:
                done.set()

        return together(holder, presser)[1]

    return run


@pytest.mark.django_db(transaction=True)
def test_a_payer_who_presses_while_the_bill_is_held_is_asked_to_try_again(bill, own_cache, while_held):
    payer = Payer(bill.lease)
    before = payer.open()
    page = while_held(bill, lambda: payer.press("500000", page=before))
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Try again" in text_of(page)
    assert not Payment.objects.of(bill.landlord).exists()
    assert payer.press("500000", page=before).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_staff_who_save_while_the_bill_is_held_are_asked_to_save_again(client, alice, landlord, travel, while_held):
    travel(date(2026, 1, 6))
    invoice = make_invoice(make_lease(landlord))
    client.force_login(alice)
    address = reverse("record_payment", args=[invoice.pk])
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    page = while_held(invoice, lambda: client.post(address, fields))
    assert page.status_code == 200
    assert "Nothing was saved: save again." in page.content.decode()
    assert client.post(address, fields).status_code == 302
    assert Payment.objects.of(landlord).count() == 1


def test_another_fault_of_the_database_is_not_taken_for_a_bill_that_is_held(payer, monkeypatch):
    error = OperationalError("disk I/O error")
    assert not is_lock_timeout(error)

    def fail(**_names):
        raise error

    monkeypatch.setattr("modules.payments.views.pay.start_payment", fail)
    with pytest.raises(OperationalError):
        payer.press("500000")

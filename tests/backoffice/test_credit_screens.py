"""Correcting a bill in the back office: credit, withheld tax, write-off, recovery; and what the pages then say."""

import re
from datetime import date

import pytest
from django.urls import reverse

from rentbook.kernel.choices import Role
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_landlord, make_lease, staff_of

pytestmark = [pytest.mark.django_db, pytest.mark.needs("invoicing")]


@pytest.fixture(autouse=True)
def _fifth_of_january(travel):
    travel(date(2026, 1, 5))


@pytest.fixture
def invoice(landlord):
    """January: rent of 500,000 and water of 20,000."""
    return make_invoice(make_lease(landlord, charges={"water": "20000"}))


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


def text_of(response) -> str:
    page = response.content.decode()
    main = page.split("<main")[-1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def page(client, name: str, *keys) -> str:
    return text_of(client.get(reverse(name, args=keys)))


def field(invoice, stream: str) -> str:
    return f"line_{invoice.lines.get(stream=stream).pk}"


def credit(client, invoice, **answers):
    own = {field(invoice, name) if name != "reason" else name: text for name, text in answers.items()}
    return client.post(reverse("credit_bill", args=[invoice.pk]), own)


def act(client, invoice, move: str, reason: str = "The tenant has left the country."):
    return client.post(reverse("invoice:action", args=[invoice.pk, move]), {"reason": reason}, follow=True)


# --- Credit ----------------------------------------------------------------------------------------------------------


def test_a_credit_is_written_line_by_line_and_its_note_is_shown(invoice, alices):
    from modules.invoicing.models import CreditNote

    assert "Rent, January 2026: At most TSh 500,000" in page(alices, "credit_bill", invoice.pk)
    response = credit(alices, invoice, water="5,000", reason="No water for a week.")
    note = CreditNote.objects.of(invoice.landlord).get()
    assert response.url == reverse("creditnote:inspect", args=[note.pk])
    shown = page(alices, "creditnote:inspect", note.pk)
    assert all(word in shown for word in ("CRN-DAR001", "TSh 5,000", "No water for a week.", "INV-202601-DAR001"))
    assert "CRN-DAR001" in page(alices, "creditnote:index")
    assert "Water 2026-01-01" in page(alices, "creditnoteline:index")


def test_too_much_is_refused_on_the_page_and_what_was_typed_stays(invoice, alices):
    response = credit(alices, invoice, water="20,001", rent="1", reason="Wrong.")
    assert response.status_code == 200
    assert "at most TSh 20,000 is left" in text_of(response)
    assert 'value="20,001"' in response.content.decode()


def test_without_a_reason_or_an_amount_nothing_is_credited(invoice, alices):
    assert "This field is required" in text_of(credit(alices, invoice, water="5"))
    assert "Say how much of which line is credited" in text_of(credit(alices, invoice, reason="Nothing."))
    assert "Say how much of which line is credited" in text_of(credit(alices, invoice, water="0", reason="Nothing."))


def test_a_cancelled_bill_has_no_such_page_and_says_why(invoice, alices):
    from modules.invoicing.services import cancel_invoices

    cancel_invoices(invoices=[invoice], by=None)
    response = alices.get(reverse("credit_bill", args=[invoice.pk]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("invoice:inspect", args=[invoice.pk])
    assert "INV-202601-DAR001 is cancelled: only what is issued can be credited" in response.content.decode()
    assert reverse("credit_bill", args=[invoice.pk]) not in response.content.decode()


def test_what_came_off_a_bill_names_its_credit_note(invoice, alices):
    credit(alices, invoice, water="5,000", reason="No water.")
    made = alices.get(reverse("how_made", args=["invoice", invoice.pk])).content.decode()
    assert "CRN-DAR001" in made
    assert "/creditnote/inspect/" in made


# --- Withheld tax ----------------------------------------------------------------------------------------------------


def test_d27_the_certificate_is_entered_with_the_amount_that_is_expected(invoice, alices):
    invoice.lines.filter(stream="rent").update(withheld=50_000)
    address = reverse("withhold", args=[invoice.pk])
    assert 'value="50000"' in alices.get(address).content.decode()
    answers = {"amount": "50000", "certificate": "WHT-17", "on": "2026-01-05"}
    assert alices.post(address, answers).url == reverse("invoice:inspect", args=[invoice.pk])
    invoice.refresh_from_db()
    assert invoice.balance == Money(470_000, "TZS")
    assert "WHT-17" in page(alices, "settlement:index")
    assert "WHT-17" in page(alices, "how_made", "invoice", invoice.pk)
    assert "Certificate WHT-17 stands on INV-202601-DAR001 already" in text_of(alices.post(address, answers))


def test_d27_what_cannot_be_is_said_beside_its_field(invoice, alices):
    answers = {"amount": "520001", "certificate": "WHT-17", "on": "2026-01-06"}
    address = reverse("withhold", args=[invoice.pk])
    assert "2026-01-06 is still to come" in text_of(alices.post(address, answers))
    assert "at most TSh 520,000" in text_of(alices.post(address, answers | {"on": "2026-01-05"}))


# --- Given up, and taken back ----------------------------------------------------------------------------------------


def test_a_bill_is_written_off_and_recovered_with_a_reason(invoice, alices):
    assert "This field is required" in text_of(act(alices, invoice, "write-off", reason=""))
    assert "The tenant has left the country." in text_of(act(alices, invoice, "write-off"))
    invoice.refresh_from_db()
    assert invoice.state == "paid"
    act(alices, invoice, "recover", reason="Back.")
    invoice.refresh_from_db()
    assert (invoice.state, invoice.balance) == ("sent", Money(520_000, "TZS"))


def test_many_bills_are_written_off_with_one_reason_and_what_is_paid_is_skipped(invoice, landlord, alices):
    others = [make_invoice(make_lease(landlord, tenant=name)) for name in ("Baraka Lema", "Asha Mrema")]
    act(alices, others[1], "write-off")
    chosen = "&".join(f"pk={bill.pk}" for bill in (invoice, *others))
    address = f"{reverse('invoice:bulk', args=['write-off'])}?{chosen}"
    assert "Reason" in text_of(alices.get(address))
    alices.post(address)
    invoice.refresh_from_db()
    assert invoice.state == "sent"
    answered = f"{address}&asked-reason=Gone."
    assert all(word in text_of(alices.get(answered)) for word in ("TSh 1,020,000", "1 is skipped"))
    alices.post(answered)
    for bill in (invoice, *others):
        bill.refresh_from_db()
        assert bill.state == "paid"
    assert {row.reason for row in invoice.settlements.all()} == {"Gone."}


def test_a_settlement_that_staff_entered_is_taken_back_from_its_page(invoice, alices):
    from modules.invoicing.services import withhold

    withhold(invoice=invoice, amount=Money(1_000, "TZS"), certificate="W-1", on=date(2026, 1, 5), by=None)
    [row] = invoice.settlements.all()
    alices.post(reverse("settlement:action", args=[row.pk, "take-back"]), {"reason": "The wrong tenant."})
    assert [int(each.amount.amount) for each in invoice.settlements.all()] == [1_000, -1_000]
    assert "It was taken back before." in page(alices, "settlement:inspect", row.pk)


# --- What is settled, line by line -----------------------------------------------------------------------------------


def test_d30_the_bill_s_page_shows_how_far_each_line_is_settled(invoice, alices):
    assert "Settled, line by line" not in page(alices, "invoice:inspect", invoice.pk)
    credit(alices, invoice, water="5,000", reason="No water.")
    shown = page(alices, "invoice:inspect", invoice.pk).partition("Settled, line by line")[2]
    assert "Rent January 2026 TSh 500,000 TSh 0 TSh 500,000" in shown
    assert "Water January 2026 TSh 20,000 TSh 5,000 TSh 15,000" in shown


# --- Who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [(Role.CLERK, 200), (Role.ACCOUNTANT, 302), (Role.OWNER, 302)])
@pytest.mark.parametrize("name", ["credit_bill", "withhold"])
def test_only_who_may_change_bills_corrects_them(invoice, client, role, status, name):
    client.force_login(staff_of(invoice.landlord, role=role))
    assert client.get(reverse(name, args=[invoice.pk])).status_code == status
    offered = (
        reverse(name, args=[invoice.pk]) in client.get(reverse("invoice:inspect", args=[invoice.pk])).content.decode()
    )
    assert offered == (status == 200)


@pytest.mark.parametrize("name", ["credit_bill", "withhold"])
def test_a_neighbours_bill_is_not_there(alices, name):
    theirs = make_invoice(make_lease(make_landlord(code="DLA")))
    assert alices.get(reverse(name, args=[theirs.pk])).status_code == 404
    assert alices.post(reverse(name, args=[theirs.pk]), {"reason": "x"}).status_code == 404

"""A tenant calls: what is typed finds the row that shows the balance, and never a neighbour's."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modules.invoicing.selectors import open_invoices
from modules.payments.services import record_payment
from rentbook.kernel import clock
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease, make_unit, staff_of

PHONE = "+255712345987"


def let(landlord, tenant: str, home: str, *, phone: str, email: str, reference: str):
    """A tenant in a home who has paid 100,000 of the first bill."""
    unit = make_unit(landlord, name=home, building="Mikocheni House")
    lease = make_lease(landlord, tenant=tenant, unit=unit, phone=phone)
    lease.tenant.contact.email = email
    lease.tenant.contact.save()
    invoice = make_invoice(lease)
    with clock.travel(date(2026, 1, 10)):
        record_payment(invoice=invoice, amount=Money(100_000, lease.currency), reference=reference, by=None)
    return lease


@pytest.fixture
def asha(landlord):
    return let(landlord, "Asha Mrema", "A-12", phone=PHONE, email="asha@example.org", reference="QGH7XK2M1P")


@pytest.fixture
def next_door(neighbour):
    """Bob's tenant: the same name and home, another phone."""
    return let(neighbour, "Asha Mrema", "A-12", phone="+237670000999", email="a2@example.org", reference="WOURI9")


@pytest.fixture
def typed(client, alice):
    client.force_login(alice)

    def type_in(text: str) -> str:
        answer = client.get(reverse("find_results"), {"q": text})
        assert answer.status_code == 200
        return answer.content.decode().replace("\xa0", " ")

    return type_in


def number_of(lease) -> str:
    return open_invoices(lease).get().number


def receipt_of(lease) -> str:
    return lease.invoices.get().payments.get().receipt.number


KEYS = {
    "name": lambda lease: "asha m",
    "home": lambda lease: "A-12",
    "property": lambda lease: "mikocheni",
    "e-mail": lambda lease: lease.tenant.contact.email,
    "phone": lambda lease: str(lease.tenant.contact.phone),
    "last digits": lambda lease: str(lease.tenant.contact.phone)[-3:],
    "bill": number_of,
    "part of a bill's number": lambda lease: number_of(lease)[-6:],
    "receipt": receipt_of,
    "reference": lambda lease: lease.invoices.get().payments.get().reference.lower(),
}


@pytest.mark.parametrize("key", KEYS)
def test_a_tenant_is_found_by_each_thing_that_a_caller_says(asha, typed, key):
    page = typed(KEYS[key](asha))
    assert reverse("tenant:inspect", args=[asha.tenant_id]) in page
    assert "1 tenant" in page


@pytest.mark.parametrize("key", KEYS)
def test_a_neighbour_s_tenant_is_not_found_by_any_of_them(asha, next_door, typed, key):
    page = typed(KEYS[key](next_door))
    assert reverse("tenant:inspect", args=[next_door.tenant_id]) not in page
    assert "FCFA" not in page


def test_what_is_not_ours_is_answered_like_what_is_not_there(next_door, typed):
    theirs, nobodys = typed("670000999"), typed("670000888")
    assert theirs.replace("670000999", "") == nobodys.replace("670000888", "")
    assert "Nobody is found" in theirs


def test_the_phone_is_found_as_one_writes_it_at_home_and_abroad(asha, typed):
    for text in ("0712 345 987", "+255 712 345 987", "00255712345987", "345987"):
        assert "Asha Mrema" in typed(text), text
    assert "Asha Mrema" not in typed("87")
    assert "Asha Mrema" not in typed("0123")


def test_the_row_shows_home_phone_balance_bill_and_the_button_that_records(asha, typed):
    page, bill = typed("asha"), open_invoices(asha).get()
    for shown in ("A-12, Mikocheni House", "+255 712 345 987", "TSh 400,000", bill.number):
        assert shown in page
    assert reverse("record_payment", args=[bill.pk]) in page
    assert reverse("how_made", args=["tenant", asha.tenant_id]) in page
    assert '<span class="w-sr-only"> Asha Mrema</span>' in page


def test_two_currencies_are_shown_side_by_side(landlord, asha, typed):
    other = make_lease(landlord, currency="USD", rent="300")
    other.tenant = asha.tenant
    other.save()
    make_invoice(other)
    page = typed("asha")
    assert "TSh 400,000" in page
    assert "$300" in page or "US$300" in page


def test_exact_hits_come_first_and_the_home_s_present_tenant_before_the_one_before(landlord, typed):
    unit = make_unit(landlord, name="B-1")
    make_lease(landlord, tenant="Zawadi Now", unit=unit, start=date(2026, 6, 1))
    before = make_lease(landlord, tenant="Amina Before", unit=make_unit(landlord, name="X-9"), start=date(2025, 1, 1))
    from modules.leasing.services import terminate_leases

    with clock.travel(date(2025, 12, 31)):
        terminate_leases(leases=[before], by=None)
    type(before).objects.of(landlord).filter(pk=before.pk).update(unit=unit)
    make_lease(landlord, tenant="Baraka Beside", unit=make_unit(landlord, name="B-11"))
    page = typed("b-1")
    order = [page.index(name) for name in ("Zawadi Now", "Baraka Beside", "Amina Before")]
    assert order == sorted(order)


def test_a_hit_that_is_one_tenant_is_a_row_and_no_redirect(asha, client, alice):
    client.force_login(alice)
    answer = client.get(reverse("find"), {"q": "QGH7XK2M1P"})
    assert answer.status_code == 200
    assert "Asha Mrema" in answer.content.decode()


def test_at_most_twenty_are_shown(landlord, typed):
    for number in range(23):
        make_lease(landlord, tenant=f"Juma Number {number:02}")
    page = typed("juma")
    assert page.count("Juma Number") >= 20
    assert "20 tenants" in page
    assert "There may be more" in page


def test_nonsense_is_answered_too(asha, typed):
    for text in ("", "   ", "%", "_", "\\", "'; DROP TABLE", "\x00", "é" * 500, "٥٠٠"):
        assert "Asha Mrema" not in typed(text), text


def test_a_search_asks_the_database_eight_times_at_most_however_many_it_finds(landlord, asha, typed):
    """Beside what every page asks to know who is there."""

    def asked(text: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            typed(text)
        return len(queries)

    asked("a")
    before = asked("a") - asked("")
    for number in range(12):
        make_invoice(make_lease(landlord, tenant=f"Ana {number}"))
    assert asked("a") - asked("") == before <= 8


def test_a_caretaker_finds_the_tenant_without_the_money(client, landlord, asha):
    client.force_login(staff_of(landlord, role="caretaker"))
    page = client.get(reverse("find"), {"q": "asha"}).content.decode()
    assert "Asha Mrema" in page
    assert "A-12" in page
    for money in ("400", "Owes", number_of(asha), "record"):
        assert money not in page.partition('id="listing-results"')[2]
    for key in (number_of(asha), receipt_of(asha), "QGH7XK2M1P"):
        assert "Asha Mrema" not in client.get(reverse("find"), {"q": key}).content.decode()


def test_an_owner_who_looks_is_given_no_button(client, landlord, asha):
    client.force_login(staff_of(landlord, role="owner"))
    page = client.get(reverse("find"), {"q": "asha"}).content.decode()
    assert "TSh" in page
    assert reverse("record_payment", args=[open_invoices(asha).get().pk]) not in page


def test_the_field_in_the_menu_leads_to_it(client, alice):
    client.force_login(alice)
    assert f'"_args": ["{reverse("find")}"]' in client.get(reverse("wagtailadmin_home")).content.decode()

"""“Bill December”: what differs from November, one button for all of it, and a bill that a person writes."""

from datetime import date

import pytest
from django.urls import reverse

from rentbook.kernel import clock
from rentbook.kernel.choices import Role
from tests.factories import make_invoice, make_lease, staff_of

pytest.importorskip("modules.invoicing.models")
PAGE = "/admin/invoicing/bill/?month=2026-12"


@pytest.fixture(autouse=True)
def _december():
    with clock.travel(date(2026, 12, 1)):
        yield


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


def text_of(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def billed_in_november(landlord, **terms):
    lease = make_lease(landlord, **terms)
    make_invoice(lease, month=date(2026, 11, 1))
    return lease


def test_only_what_differs_from_november_is_listed_and_the_rest_is_counted(office, landlord):
    from modules.leasing.models import Charge

    for number in range(3):
        billed_in_november(landlord, tenant=f"Same {number}")
    raised = billed_in_november(landlord, tenant="Asha Mrema")
    Charge.objects.of(landlord).filter(lease=raised).update(end=date(2026, 11, 30))
    step = {"stream": "rent", "start": date(2026, 12, 1), "amount": 550_000, "currency": "TZS"}
    Charge.objects.of(landlord).create(landlord=landlord, lease=raised, **step)
    make_lease(landlord, tenant="Juma Hamisi", start=date(2026, 12, 1), rent="350000")
    billed_in_november(landlord, tenant="Rehema Said", end=date(2026, 11, 30))
    page = text_of(office.get(PAGE))
    assert "Same 1" not in page
    assert "<bdi>3</bdi> charges are the same as before." in page
    for told in ("Asha Mrema", "TSh 500,000", "TSh 550,000", "Juma Hamisi", "TSh 350,000", "Rehema Said"):
        assert told in page
    assert "<bdi>5</bdi> bills" in page
    assert "TSh 2,400,000" in page
    assert "Create 5" in page


def test_pressed_twice_it_creates_nothing_twice(office, landlord):
    from modules.invoicing.models import BillingRun, Invoice

    for _ in range(3):
        make_lease(landlord, start=date(2026, 12, 1))
    answer = office.post(PAGE, follow=True)
    assert "The bills of December 2026 are issued." in text_of(answer)
    assert Invoice.objects.of(landlord).filter(state="sent").count() == 3
    assert BillingRun.objects.of(landlord).get().created == 3
    office.post(PAGE)
    assert Invoice.objects.of(landlord).count() == 3
    assert "Nothing is left to bill for this month." in text_of(office.get(PAGE))


def test_a_run_may_wait_for_somebody_else_to_approve_it(office, landlord):
    from modules.invoicing.models import BillingRun, Invoice

    make_lease(landlord, start=date(2026, 12, 1))
    assert "waits to be approved" in text_of(office.post(PAGE, {"leave": "1"}, follow=True))
    run = BillingRun.objects.of(landlord).get()
    assert (run.state, Invoice.objects.of(landlord).count()) == ("prepared", 0)
    for act in ("approve", "issue"):
        office.post(reverse("billingrun:action", args=[run.pk, act]))
    run.refresh_from_db()
    assert (run.state, run.created) == ("issued", 1)
    office.post(reverse("billingrun:action", args=[run.pk, "undo"]), {"reason": "too early"})
    run.refresh_from_db()
    assert run.state == "undone"
    assert {*Invoice.objects.of(landlord).values_list("state", flat=True)} == {"cancelled"}


def test_a_look_at_the_page_writes_nothing(office, landlord):
    from modules.invoicing.models import BillingRun

    make_lease(landlord, start=date(2026, 12, 1))
    office.get(PAGE)
    assert not BillingRun.objects.of(landlord).exists()


@pytest.mark.parametrize(
    ("address", "status"),
    [("?month=2026-13", 404), ("?month=x", 404), ("?landlord=XXX", 404), ("", 200)],
)
def test_a_month_or_a_book_that_is_none_is_not_found(office, landlord, address, status):
    assert office.get(f"/admin/invoicing/bill/{address}").status_code == status


def test_who_may_only_look_does_not_bill(client, landlord):
    client.force_login(staff_of(landlord, role=Role.ACCOUNTANT))
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE).status_code == 302


def test_a_lease_that_cannot_be_billed_is_named_with_the_reason(office, landlord):
    from modules.leasing.models import Charge

    lease = make_lease(landlord, start=date(2026, 12, 1), tenant="Asha Mrema")
    Charge.objects.of(landlord).filter(lease=lease).update(frequency="fortnightly")
    page = text_of(office.get(PAGE))
    assert "Cannot be billed" in page
    assert "Fortnights have no calendar" in page


# --- A bill by hand -------------------------------------------------------------------------------------------------


def written(**changes) -> dict[str, str]:
    days = dict.fromkeys(("start", "end", "due_date"), "2026-12-20")
    form = {"form-TOTAL_FORMS": "4", "form-INITIAL_FORMS": "0", "form-0-what": "Key", "form-0-kind": "charge"}
    kinds = {f"form-{number}-kind": "charge" for number in range(1, 4)}
    return days | form | kinds | {"form-0-amount": "20000"} | changes


def test_a_bill_is_written_by_hand_and_issued_at_once(office, landlord):
    from modules.invoicing.models import Invoice

    lease = make_lease(landlord)
    office.post(reverse("new_invoice", args=[lease.pk]), written())
    invoice = Invoice.objects.of(landlord).get()
    assert (invoice.number, invoice.state, invoice.total.amount) == ("INV-202612-DAR001", "sent", 20_000)
    assert invoice.lines.get().stream == "key"


def test_a_bill_by_hand_may_wait_as_a_draft_and_what_is_half_written_is_asked_for(office, landlord):
    from modules.invoicing.models import Invoice

    page = reverse("new_invoice", args=[make_lease(landlord).pk])
    assert "A line needs both" in text_of(office.post(page, written(**{"form-0-amount": ""})))
    assert "The last day is before the first day." in text_of(office.post(page, written(end="2026-12-01")))
    assert not Invoice.objects.of(landlord).exists()
    office.post(page, written(draft="1"))
    assert Invoice.objects.of(landlord).get().state == "draft"


def test_no_bill_is_written_for_a_neighbours_lease(office, neighbour):
    assert office.get(reverse("new_invoice", args=[make_lease(neighbour).pk])).status_code == 404

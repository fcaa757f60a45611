"""Lists: sums by currency, the month switch, state chips, kept views, files that do no harm, and many rows at once."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.urls import reverse

from rentbook.backoffice import saved_views
from rentbook.backoffice.bulk import AT_ONCE
from rentbook.backoffice.lists import EXPORTED
from rentbook.backoffice.models import SavedView
from rentbook.kernel import clock
from rentbook.kernel.jobs import Job, run_job
from rentbook.kernel.log import LogEntry
from tests.factories import make_contact, make_invoice, make_landlord, make_lease, staff_of

pytest.importorskip("modules.invoicing.models")
INVOICES = "/admin/invoice/"


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


def text_of(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def states(landlord) -> list[str]:
    from modules.invoicing.models import Invoice

    return list(Invoice.objects.of(landlord).order_by("pk").values_list("state", flat=True))


# --- Figures above the list -----------------------------------------------------------------------------------------


def test_the_sums_above_a_list_are_kept_apart_by_currency(office, alice, landlord):
    from rentbook.kernel.roles import add_member

    make_invoice(make_lease(landlord, rent="500000"))
    make_invoice(make_lease(landlord, rent="350000"))
    abroad = make_landlord(code="KWT")
    add_member(user=alice, landlord=abroad, role="manager")
    make_invoice(make_lease(abroad, rent="250.500"))
    page = text_of(office.get(INVOICES))
    assert "<bdi>3</bdi> invoices" in page
    assert "Billed: <bdi>KWD 250.500</bdi>, <bdi>TSh 850,000</bdi>" in page


def test_the_sums_are_of_all_that_match_and_not_of_the_page(office, landlord):
    lease = make_lease(landlord, rent="1000")
    for month in range(1, 13):
        make_invoice(lease, month=date(2026, month, 1), on=date(2026, month, 1))
    page = text_of(office.get(f"{INVOICES}?state=sent&month=2026-03"))
    assert "<bdi>1</bdi> invoices" in page
    assert "Billed: <bdi>TSh 1,000</bdi>" in page
    assert "Billed: <bdi>TSh 12,000</bdi>" in text_of(office.get(INVOICES))


def test_the_month_switch_shows_what_is_due_in_the_month_and_leads_to_its_neighbours(office, landlord):
    lease = make_lease(landlord, tenant="Asha Mrema")
    for month in (1, 2):
        make_invoice(lease, month=date(2026, month, 1), on=date(2026, month, 1))
    january = text_of(office.get(f"{INVOICES}?month=2026-01"))
    assert "INV-202601-DAR001" in january
    assert "INV-202602-DAR001" not in january
    assert "January 2026" in january
    assert "?month=2025-12" in january
    assert "?month=2026-02" in january


def test_the_month_switch_begins_in_the_month_of_the_book(office, landlord):
    with clock.travel(datetime(2026, 1, 31, 22, 30, tzinfo=UTC)):
        assert "February 2026" in text_of(office.get(INVOICES))


def test_nonsense_as_a_month_is_every_month(office, landlord):
    make_invoice(make_lease(landlord))
    for nonsense in ("2026-13", "x", "", "2026-1-1", "0000-00"):
        assert "INV-202601-DAR001" in text_of(office.get(INVOICES, {"month": nonsense}))


def test_each_state_has_a_chip_with_how_many_are_in_it(office, landlord):
    from modules.invoicing.services import cancel_invoices

    made = [make_invoice(make_lease(landlord)) for _ in range(3)]
    cancel_invoices(invoices=made[:1], by=None)
    chips = {str(chip["label"]): chip["count"] for chip in office.get(INVOICES).context["chips"]}
    assert chips == {"All": 3, "sent": 2, "cancelled": 1}
    assert office.get(f"{INVOICES}?state=sent").context["count"] == 2


# --- Views that are kept --------------------------------------------------------------------------------------------


def test_a_view_is_kept_under_its_name_and_leads_back_to_the_same_list(office, alice):
    answer = office.post(
        reverse("keep_view"), {"list": "invoice:index", "name": "Late ones", "query": "?state=overdue"}
    )
    assert answer["Location"] == f"{INVOICES}?state=overdue"
    page = text_of(office.get(INVOICES))
    assert 'href="?state=overdue">★ <bdi>Late ones</bdi>' in page
    office.post(reverse("forget_view", args=[SavedView.objects.get().pk]))
    assert "Late ones" not in text_of(office.get(INVOICES))


def test_a_kept_view_is_its_owners_alone(office, client, alice, bob):
    office.post(reverse("keep_view"), {"list": "invoice:index", "name": "Late ones", "query": "?state=overdue"})
    client.force_login(bob)
    client.get(INVOICES)
    assert "Late ones" not in text_of(client.get(INVOICES))
    assert client.post(reverse("forget_view", args=[SavedView.objects.get().pk])).status_code == 404
    assert SavedView.objects.get().user == alice


@pytest.mark.parametrize("query", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_a_view_leads_nowhere_but_to_its_list(office, query):
    answer = office.post(reverse("keep_view"), {"list": "invoice:index", "name": "x", "query": query})
    assert answer["Location"] == INVOICES
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "query", "reason"),
    [
        ("", "?state=overdue", "Give the view a name of at most 40 letters."),
        ("x" * 41, "?state=overdue", "Give the view a name of at most 40 letters."),
        ("x", "?q=" + "y" * 400, "This view is too long to be kept: take a filter away."),
    ],
)
def test_a_view_that_cannot_be_kept_is_refused_with_the_reason(office, name, query, reason):
    kept = {"list": "invoice:index", "name": name, "query": query}
    assert reason in text_of(office.post(reverse("keep_view"), kept, follow=True))
    assert not SavedView.objects.exists()


def test_so_many_views_are_kept_and_each_of_them_may_be_renewed(office, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    keep = {"list": "invoice:index", "name": "Late ones", "query": "?state=overdue"}
    office.post(reverse("keep_view"), keep)
    refused = office.post(reverse("keep_view"), keep | {"name": "Drafts"}, follow=True)
    assert "1 views are kept already: forget one first." in text_of(refused)
    office.post(reverse("keep_view"), keep | {"query": "?state=paid"})
    assert SavedView.objects.get().query == "?state=paid"


# --- Files ----------------------------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK('http://x')"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_would_be_a_formula_is_text_in_every_file(office, landlord, name):
    make_contact(landlord, name=name)
    lines = b"".join(office.get("/admin/contact/?export=csv").streaming_content).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(lines, newline="")) for cell in line]
    assert f"'{name}" in cells
    book = openpyxl.load_workbook(io.BytesIO(office.get("/admin/contact/?export=xlsx").content))
    types = {cell.data_type for row in book.active.iter_rows() for cell in row}
    assert "f" not in types


def test_a_file_holds_every_row_that_matches_with_numbers_as_numbers_and_its_currency(office, landlord):
    for _ in range(51):
        make_invoice(make_lease(landlord, rent="500000"))
    content = office.get(f"{INVOICES}?export=xlsx&state=sent").content
    headings, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.values
    assert len(rows) == 51
    first = dict(zip(headings, rows[0], strict=True))
    assert first["Total"] == 500000
    assert first["Currency"] == "TZS"
    assert first["Due on"].date() == date(2026, 1, 5)


def test_who_took_a_file_is_in_the_landlords_log(office, alice, landlord):
    b"".join(office.get("/admin/contact/?export=csv").streaming_content)
    entry = LogEntry.objects.get(action=EXPORTED)
    assert (entry.landlord, entry.user, entry.data["list"]) == (landlord, alice, "kernel.Contact")


def test_a_phone_stays_text_in_a_file(office, landlord):
    contact = make_contact(landlord)
    lines = b"".join(office.get("/admin/contact/?export=csv").streaming_content).decode("utf-8-sig")
    assert str(contact.phone) in lines


# --- Many rows at once ----------------------------------------------------------------------------------------------


def test_the_page_that_asks_says_how_many_and_how_much_and_what_is_skipped(office, landlord):
    from modules.invoicing.services import cancel_invoices

    made = [make_invoice(make_lease(landlord, rent="500000")) for _ in range(3)]
    cancel_invoices(invoices=made[:1], by=None)
    page = text_of(office.get(f"{INVOICES}bulk/cancel/", {"pk": [each.pk for each in made]}))
    assert "<bdi>2</bdi> invoices" in page
    assert "Left to pay: <bdi>TSh 1,000,000</bdi>" in page
    assert "1 is skipped" in page
    assert states(landlord) == ["cancelled", "sent", "sent"]


def test_chosen_rows_are_moved_by_the_service_and_the_others_stay(office, landlord, alice):
    made = [make_invoice(make_lease(landlord)) for _ in range(3)]
    office.post(f"{INVOICES}bulk/cancel/?pk={made[0].pk}&pk={made[2].pk}")
    assert states(landlord) == ["cancelled", "sent", "cancelled"]
    moves = LogEntry.objects.filter(action="rentbook.transition", data__name="cancel")
    assert [(entry.user, entry.door) for entry in moves] == [(alice, "back office")] * 2


def test_one_that_is_refused_does_not_keep_the_others_from_being_done(office, landlord):
    from modules.payments.services import record_payment

    made = [make_invoice(make_lease(landlord)) for _ in range(3)]
    record_payment(invoice=made[1], amount=made[1].balance / 2, by=None)
    page = text_of(office.post(f"{INVOICES}bulk/cancel/?all=1", follow=True))
    assert states(landlord) == ["cancelled", "sent", "cancelled"]
    assert "Cancel: 2 done." in page
    assert "Money was paid on it or is on its way" in page


def test_all_that_match_are_those_of_the_search_and_the_filters(office, landlord):
    make_invoice(make_lease(landlord, tenant="Asha Mrema"))
    make_invoice(make_lease(landlord, tenant="Juma Kweka"))
    office.post(f"{INVOICES}bulk/cancel/?all=1&q=Juma")
    assert states(landlord) == ["sent", "cancelled"]


def test_more_than_one_waits_for_are_a_job_that_does_the_same(office, landlord):
    for _ in range(AT_ONCE + 1):
        make_invoice(make_lease(landlord))
    answer = office.post(f"{INVOICES}bulk/cancel/?all=1")
    [job] = Job.objects.of(landlord)
    assert answer["Location"] == reverse("job:inspect", args=[job.pk])
    assert set(states(landlord)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_bulk_act_moves_every_row_once(client, landlord, alice):
    client.force_login(alice)
    for _ in range(AT_ONCE + 1):
        make_invoice(make_lease(landlord))
    client.post(f"{INVOICES}bulk/cancel/?all=1")
    job = run_job(Job.objects.of(landlord).get().pk)
    assert (job.state, job.done, job.failed) == ("done", AT_ONCE + 1, 0)
    assert set(states(landlord)) == {"cancelled"}


def test_a_role_without_the_right_has_no_boxes_and_is_refused(client, landlord):
    invoice = make_invoice(make_lease(landlord))
    client.force_login(staff_of(landlord, role="accountant"))
    assert "rb-bulk" not in text_of(client.get(INVOICES))
    client.post(f"{INVOICES}bulk/cancel/?pk={invoice.pk}")
    assert states(landlord) == ["sent"]


def test_keys_that_are_no_keys_choose_nothing(office, landlord):
    make_invoice(make_lease(landlord))
    for nonsense in ("x", "-1", "9" * 40, "1 OR 1=1", "٣"):
        assert office.get(f"{INVOICES}bulk/cancel/", {"pk": nonsense}).status_code == 200
        office.post(f"{INVOICES}bulk/cancel/?pk={nonsense}")
    assert states(landlord) == ["sent"]

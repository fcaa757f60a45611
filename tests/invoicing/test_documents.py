"""The invoice as a PDF: every figure a tenant pays by, and nothing fetched on the way (docs/rules.md, D3, D24)."""

import http.server
import sys
import threading
import types
from datetime import date

import pytest
from django.utils.translation import override

from modules.invoicing.documents import invoice_pdf, invoices, show_arithmetic
from modules.invoicing.models import Invoice, Settlement
from modules.invoicing.services import cancel_invoices, issue_rent_invoices, settle
from rentbook.exchange import pdf, pictures
from rentbook.exchange.importing import import_sheet
from rentbook.kernel import clock
from rentbook.kernel.contacts import Contact
from rentbook.kernel.landlords import create_landlord
from rentbook.kernel.money import Money
from rentbook.kernel.people import Landlord
from tests.pdfs import facts_of, text_of, words_from_the_left

HEADINGS = ["property", "unit", "tenant_name", "phone", "currency", "lease_start", "rent", "charge_water"]


@pytest.fixture
def landlord(db):
    with clock.travel(date(2026, 1, 15)):
        landlord, _user = create_landlord(code="DAR", name="Amani Properties", country="TZ", currency="TZS")
        about = {"phone": "+255754001001", "address": "Plot 12, Masaki", "other_ways_to_pay": "CRDB 0150 4412"}
        Landlord.objects.filter(pk=landlord.pk).update(**about)
        landlord.refresh_from_db()
        row = ["Mikocheni House", "A-12", "Rehema Tibanga", "0764000214", "USD", "2026-01-15", "1,800", "31"]
        outcome = import_sheet(kind="leases", name="list", table=[HEADINGS, row], landlord=landlord)
        assert not outcome.errors
        issue_rent_invoices(landlord=landlord, first=date(2026, 1, 1), last=date(2026, 1, 31))
        yield landlord


@pytest.fixture
def invoice(landlord) -> Invoice:
    return Invoice.objects.of(landlord).get()


def lines_from_the_right(content: bytes) -> list[str]:
    """The words of each line as they stand on the paper, from right to left; Arabic words letter by letter reversed."""
    return [" ".join(reversed(line)) for line in words_from_the_left(content)]


def again(invoice: Invoice) -> Invoice:
    return Invoice.objects.of(invoice.landlord_id).get(pk=invoice.pk)


def pay(invoice: Invoice, amount: str) -> Invoice:
    today = date(2026, 1, 15)
    how = {"kind": Settlement.Kind.PAYMENT, "value_date": today, "entry_date": today, "source": "test:1", "by": None}
    settle(invoice=invoice, amount=Money(amount, "USD"), **how)
    return again(invoice)


def test_it_names_every_figure_on_one_page(invoice):
    content = invoice_pdf(invoice, "en")
    text = text_of(content)
    for part in (
        "Amani Properties", "Plot 12, Masaki", "+255 754 001 001", "INV-202601-DAR001", "Issued 15 January 2026",
        "Pay by 15 January 2026", "Rehema Tibanga", "+255 764 000 214", "A-12", "Mikocheni House",
        "15 January 2026 – 31 January 2026", "17/31 x 1,800.00 = 987.10", "$987.10", "17/31 x 31.00 = 17.00",
        "Total $1,004.10", "Please pay by 15 January 2026.", "CRDB 0150 4412", "We never ask for your PIN.",
        "Page 1 of 1",
    ):  # fmt: skip
        assert part in text
    assert "Also open" not in text
    assert facts_of(content)["Pages"] == "1"


def test_it_is_tagged_and_titled_for_a_screen_reader(invoice):
    facts = facts_of(invoice_pdf(invoice, "en"))
    assert (facts["Tagged"], facts["Title"]) == ("yes", "Invoice INV-202601-DAR001")


@pytest.mark.needs("payments")
def test_the_code_to_scan_holds_the_address_that_is_printed(invoice, monkeypatch):
    coded = []
    monkeypatch.setattr(invoices, "qr", lambda text: coded.append(text) or pictures.qr(text))
    text = text_of(invoice_pdf(invoice, "en"))
    assert "/p/" in coded[0]
    assert coded[0] in text.replace(" ", "")


def test_what_was_paid_is_listed_and_the_rest_is_asked_for(invoice):
    text = text_of(invoice_pdf(pay(invoice, "500"), "en"))
    assert "Payment 15 January 2026 $500" in text
    assert "$504.10" in text


def test_other_open_invoices_stand_with_what_is_owed_in_all(landlord, invoice):
    issue_rent_invoices(landlord=landlord, first=date(2026, 2, 1), last=date(2026, 2, 28))
    text = text_of(invoice_pdf(invoice, "en"))
    assert "INV-202602-DAR001 5 February 2026 $1,831" in text
    assert "Total owed with this invoice $2,835.10" in text
    paid = text_of(invoice_pdf(pay(invoice, "1004.10"), "en"))
    assert "Total owed $1,831" in paid


def test_a_whole_period_needs_no_arithmetic(landlord):
    issue_rent_invoices(landlord=landlord, first=date(2026, 2, 1), last=date(2026, 2, 28))
    february = Invoice.objects.of(landlord).get(period_start=date(2026, 2, 1))
    text = text_of(invoice_pdf(february, "en"))
    assert "February 2026 $1,800" in text
    assert " x " not in text


def test_the_day_after_it_was_due_it_is_overdue_before_the_daily_run_came_by(invoice):
    assert "Overdue" not in text_of(invoice_pdf(invoice, "en"))
    with clock.travel(date(2026, 1, 16)):
        text = text_of(invoice_pdf(invoice, "en"))
    assert "Overdue" in text
    assert "It was due on 15 January 2026." in text


def test_a_paid_invoice_asks_for_nothing(invoice):
    text = text_of(invoice_pdf(pay(invoice, "1004.10"), "en"))
    assert "Paid in full: nothing is left to pay on this invoice." in text
    assert "How to pay" not in text
    assert "/p/" not in text


def test_a_cancelled_invoice_says_not_to_pay_it(invoice):
    cancel_invoices(invoices=[invoice], by=None)
    text = text_of(invoice_pdf(again(invoice), "en"))
    assert "Cancelled" in text
    assert "Please do not pay it." in text
    assert "How to pay" not in text


def test_masked_it_hides_the_name_and_the_phone(invoice):
    content = invoice_pdf(invoice, "en", masked=True)
    text = text_of(content)
    assert "Rehema T." in text
    assert "*** 214" in text
    everything = text + str(facts_of(content))
    assert "Tibanga" not in everything
    assert "764 000" not in everything


def test_arabic_shows_the_tenant_and_keeps_the_order_of_days_and_phones(invoice):
    Contact.objects.of(invoice.landlord).filter(name="Rehema Tibanga").update(name="منيرة العيدان")
    content = invoice_pdf(again(invoice), "ar")
    assert "منيرة العيدان" in text_of(content)
    january, lines = "يناير"[::-1], lines_from_the_right(content)
    assert any(f"15 {january} 2026" in line for line in lines)
    assert any("214 000 764 +255" in line for line in lines)
    assert facts_of(content)["Pages"] == "1"


@pytest.mark.parametrize(
    ("stored", "language", "printed"),
    [
        ("1 x 500,000 = 500,000", "en", ""),
        ("31/31 x 370,000 = 370,000", "en", ""),
        ("", "en", ""),
        ("1/31 x 31.00 = 1.00", "en", "1/31 x 31.00 = 1.00"),
        ("22/365 x 12 x 500,000 = 361,644", "sw", "22/365 x 12 x 500,000 = 361,644"),
        ("17/31 x 1,800.00 = 987.10", "fr", "17/31 x 1\u202f800,00 = 987,10"),
        ("600.50 - 200.25 = 400.25", "ar", "600.50 - 200.25 = 400.25"),
    ],
)
def test_arithmetic_is_printed_where_a_period_is_not_whole(stored, language, printed):
    assert show_arithmetic(stored, language) == printed


class TestNothingIsFetched:
    @pytest.fixture
    def sink(self):
        """A server that counts who comes."""
        hits = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                hits.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *args):
                """Be silent."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", hits
        server.shutdown()
        server.server_close()

    def test_markup_in_a_name_or_a_way_to_pay_is_text(self, invoice, sink, tmp_path):
        address, hits = sink
        secret = tmp_path / "secret.txt"
        secret.write_text("the-secret-itself")
        Contact.objects.of(invoice.landlord).filter(name="Rehema Tibanga").update(name=f"<img src={address}/name.png>")
        ways = f"<link rel=attachment href=file://{secret}>\n<iframe src=file://{secret}></iframe>"
        Landlord.objects.filter(pk=invoice.landlord_id).update(other_ways_to_pay=ways)
        content = invoice_pdf(again(invoice), "en")
        text = "".join(text_of(content).split())
        assert "<imgsrc=http://127.0.0.1:" in text
        assert "<linkrel=attachment" in text
        assert "the-secret-itself" not in text
        assert b"EmbeddedFile" not in content
        assert not hits

    def test_the_door_is_closed_to_addresses_in_the_page_itself(self, sink, tmp_path, monkeypatch):
        address, hits = sink
        secret = tmp_path / "secret.txt"
        secret.write_text("the-secret-itself")
        page = (
            f'<img src="{address}/a.png"><link rel=stylesheet href="{address}/b.css">'
            f'<p style="background: url({address}/c.png)">text</p><link rel=attachment href="file://{secret}">'
            f'<object data="{secret.as_uri()}"></object><img src="{pictures.qr("code")}" alt="code">'
        )
        monkeypatch.setattr(pdf, "render_to_string", lambda template, context: page if template == "page" else "")
        content = pdf.render_pdf("page", {}, "en")
        assert "text" in text_of(content)
        assert b"EmbeddedFile" not in content
        assert not hits


@pytest.mark.parametrize(
    ("value", "direction"),
    [("5 يناير 2026", "rtl"), ("INV-202601-KWT001", "ltr"), ("+965 2245 0000", "ltr"), ("&#x27;منيرة&#x27;", "rtl")],
)
def test_a_value_that_runs_against_the_page_is_marked_by_its_first_letter(value, direction):
    for language, around in (("en", "ltr"), ("ar", "rtl")):
        marked = value if direction == around else f"{pdf.MARKS[direction]}{value}{pdf.POP}"
        with override(language):
            assert pdf.directed(f"<p><bdi>{value}</bdi></p>") == f"<p>{marked}</p>"


def test_a_direction_that_is_given_is_kept():
    with override("ar"):
        assert pdf.directed('<bdi dir="rtl">\u200e-10.000 د.ك.</bdi>') == "\u200e-10.000 د.ك."


def test_without_pango_it_says_what_to_install(monkeypatch):
    class Broken(types.ModuleType):
        def __getattr__(self, name):
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", Broken("weasyprint"))
    with pytest.raises(pdf.PdfUnavailable, match="apt-get install libpango"):
        pdf.render_pdf("invoicing/papers/invoice.html", {}, "en")

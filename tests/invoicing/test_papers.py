"""The papers of a bill: tax, withholding and proofs on it, credit notes, statements; one, or many at once."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modules.invoicing import statements
from modules.invoicing.documents import credit_note_pdf, invoice_pdf, invoice_pdfs, statement_pdf
from modules.invoicing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Settlement
from modules.invoicing.statements import Entry, Statement
from modules.leasing.models import OneOffCharge
from rentbook.kernel.choices import Role
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease, staff_of
from tests.pdfs import facts_of, text_of

pytestmark = pytest.mark.django_db
JANUARY = {"period_start": date(2026, 1, 1), "period_end": date(2026, 1, 31)}


@pytest.fixture(autouse=True)
def _today(db, travel):
    travel(date(2026, 1, 10))


@pytest.fixture
def invoice(landlord) -> Invoice:
    return make_invoice(make_lease(landlord, rent="1000000"))


def again(invoice: Invoice) -> Invoice:
    return Invoice.objects.of(invoice.landlord_id).get(pk=invoice.pk)


def add_line(invoice: Invoice, amount: str, **values) -> Invoice:
    """The invoice with one more line, as billing writes it."""
    common = {"landlord": invoice.landlord, "invoice": invoice, "lease": invoice.lease, "currency": invoice.currency}
    InvoiceLine.unscoped.create(**common | JANUARY | values, amount=amount)
    total = invoice.total + Money(amount, invoice.currency)
    Invoice.objects.of(invoice.landlord_id).filter(pk=invoice.pk).update(total=total.amount)
    return again(invoice)


def settle_by(invoice: Invoice, amount: str, **values) -> Invoice:
    """The invoice with so much off it, as a settlement of some kind is kept."""
    days = {"value_date": date(2026, 1, 8), "entry_date": date(2026, 1, 8)}
    common = {"landlord": invoice.landlord, "invoice": invoice, "currency": invoice.currency}
    Settlement.unscoped.create(**common | days | {"source": f"test:{amount}"} | values, amount=amount)
    paid = invoice.amount_paid.amount + Decimal(amount)
    Invoice.objects.of(invoice.landlord_id).filter(pk=invoice.pk).update(amount_paid=paid)
    return again(invoice)


def make_note(invoice: Invoice) -> CreditNote:
    """Half of January's rent taken off again."""
    common = {"landlord": invoice.landlord, "currency": invoice.currency}
    note = CreditNote.unscoped.create(
        invoice=invoice, number="CRN-DAR001", issue_date=date(2026, 1, 20), total="516129", reason="Moved out", **common
    )
    CreditNoteLine.unscoped.create(
        credit_note=note, line=invoice.lines.get(), period_start=date(2026, 1, 16), period_end=date(2026, 1, 31),
        amount="516129", arithmetic="16/31 x 1,000,000 = 516,129", account="4000", **common,
    )  # fmt: skip
    return note


class TestLines:
    def test_d29_a_tax_stands_by_itself_with_its_rate_and_what_the_bill_is_without_it(self, invoice):
        invoice = add_line(invoice, "20000", kind="charge", stream="water")
        text = text_of(
            invoice_pdf(
                add_line(
                    invoice, "3600", kind="tax", stream="tax-water", tax_rate=1800, arithmetic="18 % x 20,000 = 3,600"
                ),
                "en",
            )
        )
        assert "Total before tax TSh 1,020,000" in text
        assert "January 2026 TSh 3,600" in text
        assert "18 % x 20,000 = 3,600" in text
        assert "Total TSh 1,023,600" in text

    def test_a_single_charge_says_why_and_a_reading_how(self, invoice):
        days = {"start": date(2026, 1, 5), "end": date(2026, 1, 5), "bill_on": date(2026, 1, 5)}
        single = OneOffCharge.unscoped.create(
            landlord=invoice.landlord, lease=invoice.lease, kind="charge", stream="keys", currency="TZS",
            amount="15000", reason="Two keys were lost", **days,
        )  # fmt: skip
        own = {"period_start": date(2026, 1, 5), "period_end": date(2026, 1, 5), "kind": "charge"}
        invoice = add_line(invoice, "15000", stream="keys", one_off=single, **own)
        invoice = add_line(invoice, "42000", stream="electricity", arithmetic="(1,320 - 1,200) x 350 = 42,000", **own)
        text = text_of(invoice_pdf(invoice, "en"))
        assert "Keys 5 January 2026 TSh 15,000 Two keys were lost" in text
        assert "(1,320 - 1,200) x 350 = 42,000" in text

    def test_a_late_fee_stands_with_its_day(self, invoice):
        fee = {"kind": "late_fee", "stream": "late-fee", "period_start": date(2026, 1, 9)}
        text = text_of(invoice_pdf(add_line(invoice, "10000", **fee | {"period_end": date(2026, 1, 9)}), "en"))
        assert "Late fee 9 January 2026 TSh 10,000" in text
        assert "Total TSh 1,010,000" in text


class TestWhatCameOff:
    def test_d27_what_is_withheld_stands_with_its_rate_and_is_not_asked_for(self, invoice):
        invoice.lines.update(withheld=100_000)
        text = text_of(invoice_pdf(again(invoice), "en"))
        assert "Left to pay TSh 1,000,000" in text
        assert "To be withheld as tax, 10% TSh 100,000" in text
        assert "TSh 900,000" in text.partition("To pay")[2]

    def test_each_settlement_names_its_proof(self, invoice):
        note = make_note(invoice)
        invoice = settle_by(invoice, "100000", kind="withholding", reference="WHT-77/26")
        invoice = settle_by(invoice, "200000", kind="credit_note", source=f"credit_note:{note.pk}")
        text = text_of(invoice_pdf(invoice, "en"))
        assert "Withholding tax · WHT-77/26 8 January 2026 TSh 100,000" in text
        assert "Credit note · CRN-DAR001 8 January 2026 TSh 200,000" in text
        assert "Left to pay TSh 700,000" in text

    @pytest.mark.parametrize(("language", "words"), [("fr", "Paiement"), ("sw", "Malipo"), ("ar", "دفعة")])
    def test_a_settlement_is_named_in_the_language_of_the_paper(self, invoice, language, words):
        assert words in text_of(invoice_pdf(settle_by(invoice, "100000", kind="payment"), language))

    @pytest.mark.needs("payments")
    def test_d28_a_payment_stands_with_its_receipt_and_one_taken_back_too(self, invoice):
        from modules.payments.services import record_payment, reverse_payments

        payment = record_payment(invoice=invoice, amount=Money(300_000, "TZS"), by=None)
        assert "Payment · RCT-DAR001 10 January 2026 TSh 300,000" in text_of(invoice_pdf(again(invoice), "en"))
        reverse_payments(payments=[payment], reason="bounced", by=None)
        text = text_of(invoice_pdf(again(invoice), "en"))
        assert re.search(r"Reversal · RCT-DAR001 10 January 2026 -TSh 300,000", text)
        assert "Left to pay TSh 1,000,000" in text


class TestManyAtOnce:
    def bills(self, landlord, count: int) -> list[Invoice]:
        return [make_invoice(make_lease(landlord, tenant=f"Neema {number}")) for number in range(count)]

    def test_they_come_in_their_order_and_read_as_each_alone(self, landlord):
        bills = self.bills(landlord, 3)
        together = [text_of(content) for content in invoice_pdfs(reversed(bills), "en")]
        assert together == [text_of(invoice_pdf(bill, "en")) for bill in reversed(bills)]
        assert "Neema 2" in together[0]

    def test_six_take_no_more_queries_than_two(self, landlord):
        bills = self.bills(landlord, 6)
        list(invoice_pdfs(bills, "en"))  # the pay links are made
        counts = []
        for some in (bills[:2], bills):
            fresh = [again(bill) for bill in some]
            with CaptureQueriesContext(connection) as asked:
                list(invoice_pdfs(fresh, "en"))
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 15


class TestCreditNote:
    def test_d8_it_says_what_was_too_much_and_where_it_went(self, invoice):
        note = make_note(invoice)
        settle_by(invoice, "500000", kind="credit_note", source=f"credit_note:{note.pk}")
        text = text_of(credit_note_pdf(CreditNote.objects.of(invoice.landlord_id).get(), "en"))
        for part in (
            "CRN-DAR001", "20 January 2026", "what invoice INV-202601-DAR001 asked too much", "Moved out",
            "16 January 2026 – 31 January 2026 TSh 516,129", "16/31 x 1,000,000 = 516,129", "Total TSh 516,129",
            "Taken off invoice INV-202601-DAR001 TSh 500,000", "Kept as your credit for other invoices TSh 16,129",
        ):  # fmt: skip
            assert part in text, part

    def test_staff_open_it_and_a_neighbour_does_not(self, invoice, client, alice, bob):
        address = reverse("credit_note_pdf", args=[make_note(invoice).pk])
        client.force_login(alice)
        assert client.get(address)["Content-Type"] == "application/pdf"
        client.force_login(bob)
        assert client.get(address).status_code == 404


def make_statement(lease, **changes) -> Statement:
    def entry(day, text, number, debit, credit, balance):
        amounts = (Money(amount, lease.currency) for amount in (debit, credit, balance))
        return Entry(date(2026, 1, day), "any", number, text, *amounts)

    given = {
        "lease": lease, "first": date(2026, 1, 1), "last": date(2026, 1, 31), "opening": Money(200_000, "TZS"),
        "entries": [entry(1, "Invoice", "INV-202601-DAR001", 500_000, 0, 700_000),
                    entry(5, "Payment", "RCT-DAR001", 0, 750_000, -50_000)],
        "closing": Money(-50_000, "TZS"),
        "deposit": [entry(1, "Deposit received", "RCT-DAR002", 0, 1_000_000, 1_000_000)],
        "deposit_held": Money(1_000_000, "TZS"),
    }  # fmt: skip
    return Statement(**given | changes)


class TestStatement:
    def test_d47_it_opens_with_all_before_and_keeps_the_deposit_apart(self, invoice):
        text = text_of(statement_pdf(make_statement(invoice.lease), "en"))
        for part in (
            "Statement", "January 2026", "1 January 2026 Owed before TSh 200,000",
            "TSh 700,000 INV-202601-DAR001", "-TSh 50,000", "In your favour on 31 January 2026 TSh 50,000",
            "Deposit received", "RCT-DAR002", "Held for you TSh 1,000,000",
        ):  # fmt: skip
            assert part in text, part
        assert text.index("In your favour") < text.index("Held for you")

    def test_who_owes_reads_how_much_and_without_a_deposit_there_is_no_block(self, invoice):
        owing = make_statement(invoice.lease, closing=Money(700_000, "TZS"), deposit=[], deposit_held=Money(0, "TZS"))
        text = text_of(statement_pdf(owing, "en"))
        assert "Owed on 31 January 2026 TSh 700,000" in text
        assert "Held for you" not in text

    def test_a_year_goes_over_pages_that_are_counted(self, invoice):
        long = make_statement(invoice.lease)
        content = statement_pdf(make_statement(invoice.lease, entries=long.entries * 40), "ar")
        assert int(facts_of(content)["Pages"]) > 1

    def test_its_address_wants_two_days_in_order_and_a_lease_of_one_s_own(
        self, invoice, client, alice, bob, monkeypatch
    ):
        monkeypatch.setattr(
            statements,
            "statement",
            lambda lease, first, last: make_statement(lease, first=first, last=last),
            raising=False,
        )
        client.force_login(alice)
        address = reverse("statement_pdf", args=[invoice.lease_id])
        assert client.get(f"{address}?first=2026-01-01&last=2026-01-31")["Content-Type"] == "application/pdf"
        for query in ("", "?first=2026-01-31&last=2026-01-01", "?first=x&last=2026-01-01"):
            assert client.get(address + query).status_code == 400
        client.force_login(bob)
        assert client.get(f"{address}?first=2026-01-01&last=2026-01-31").status_code == 404
        client.force_login(staff_of(invoice.landlord, role=Role.CARETAKER))
        assert client.get(f"{address}?first=2026-01-01&last=2026-01-31").status_code in (302, 403)

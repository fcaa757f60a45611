"""Papers are read aloud and right to left, carry the landlord's logo, and stay whole whatever a name holds."""

import re
import resource
import time
from datetime import date
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from modules.invoicing.documents import invoice_pdf
from modules.invoicing.models import Invoice
from rentbook.exchange import pictures
from rentbook.kernel.choices import Language
from rentbook.kernel.people import Landlord
from tests.factories import make_invoice, make_landlord, make_lease
from tests.pdfs import facts_of, inside, tags_of, text_of

pytestmark = pytest.mark.django_db
MARKED = ("/MarkInfo", "/StructTreeRoot", "/DisplayDocTitle true", 'pdfuaid:part="1"')
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"


@pytest.fixture
def invoice(landlord, travel) -> Invoice:
    travel(date(2026, 1, 10))
    return make_invoice(make_lease(landlord, rent="1000000"))


def again(invoice: Invoice) -> Invoice:
    return Invoice.objects.of(invoice.landlord_id).get(pk=invoice.pk)


class TestReadAloud:
    @pytest.mark.parametrize("language", Language.values)
    def test_it_is_marked_as_readable_in_its_language(self, invoice, language):
        content = invoice_pdf(invoice, language)
        text = inside(content)
        for mark in (
            "/MarkInfo",
            "/StructTreeRoot",
            "/DisplayDocTitle true",
            f"/Lang ({language})",
            'pdfuaid:part="1"',
        ):
            assert mark in text, mark
        assert facts_of(content)["Tagged"] == "yes"
        assert facts_of(content)["Title"].endswith("INV-202601-DAR001")

    def test_lines_are_a_table_with_headings_and_the_title_is_one(self, invoice):
        tags = tags_of(invoice_pdf(invoice, "en"))
        assert "H1" in tags
        assert tags.count("TH <") >= 3
        assert "/Headers" in tags

    @pytest.mark.needs("payments")
    def test_the_code_to_scan_says_what_it_is(self, invoice):
        content = invoice_pdf(invoice, "en")
        assert "Figure" in tags_of(content)
        assert "/Alt (Code to scan: it opens the page to pay)" in inside(content)

    def test_arabic_counts_in_western_digits(self, travel):
        landlord = make_landlord(code="KWT")
        text = text_of(invoice_pdf(make_invoice(make_lease(landlord, rent="250.5", language="ar")), "ar"))
        assert "250.500" in text
        assert not re.search("[٠-٩۰-۹]", text)


class TestLogo:
    @pytest.fixture(autouse=True)
    def _own_media(self, tmp_path, settings):
        settings.MEDIA_ROOT = tmp_path
        pictures._small.cache_clear()

    def with_logo(self, invoice: Invoice, name: str, content: bytes) -> Invoice:
        landlord = Landlord.objects.get(pk=invoice.landlord_id)
        landlord.logo.save(name, ContentFile(content))
        return again(invoice)

    def picture(self, size: tuple[int, int] = (1200, 400), kind: str = "PNG", mode: str = "RGB") -> bytes:
        drawn = BytesIO()
        Image.new(mode, size, "teal" if mode != "1" else 1).save(drawn, kind)
        return drawn.getvalue()

    @pytest.mark.parametrize(
        ("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "CMYK")]
    )
    def test_it_stands_on_the_paper_with_a_text_for_who_cannot_see_it(self, invoice, kind, mode):
        content = invoice_pdf(self.with_logo(invoice, "logo", self.picture(kind=kind, mode=mode)), "en")
        assert "/Alt (Logo of Jengo la Bahari)" in inside(content)
        assert len(content) < 60_000

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
            b"\x89PNG\r\n\x1a\nno",
        ],
    )
    def test_what_is_no_picture_leaves_the_name_alone(self, invoice, content):
        made = invoice_pdf(self.with_logo(invoice, "logo.png", content), "en")
        assert "Logo of" not in inside(made)
        assert "Jengo la Bahari" in text_of(made)

    def test_a_small_file_of_endless_pixels_is_not_unpacked(self, invoice):
        bomb = self.picture(size=(30_000, 30_000), mode="1")
        assert len(bomb) < 5_000_000
        assert "Logo of" not in inside(invoice_pdf(self.with_logo(invoice, "logo.png", bomb), "en"))

    def test_a_lost_file_keeps_no_bill_back(self, invoice):
        invoice = self.with_logo(invoice, "logo.png", self.picture())
        invoice.landlord.logo.storage.delete(invoice.landlord.logo.name)
        assert "Logo of" not in inside(invoice_pdf(invoice, "en"))


def test_a_name_of_ten_thousand_lines_is_printed_in_seconds_and_on_few_pages(invoice):
    """Within 10 seconds and 300 MB, whatever somebody called himself."""
    invoice.lease.tenant.contact.name = "<b>Rehema</b> ﷽\n" * 10_000
    invoice.lease.unit.name = "A" * 100_000
    invoice.landlord.other_ways_to_pay = "pay me\n" * 10_000
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    content = invoice_pdf(invoice, "ar")
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024
    assert int(facts_of(content)["Pages"]) < 12

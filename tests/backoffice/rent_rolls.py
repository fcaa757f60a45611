"""What the tests of the import page do again and again: a rent roll of 80 rows, and a press of the page's buttons."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from modules.leasing.models import Lease
from rentbook.kernel.people import Landlord

HEADINGS = ["unit", "tenant_name", "Simu", "lease_start", "lease_end", "rent"]
BAD = {15: ("Simu", "75400100"), 32: ("rent", "5OO,000"), 51: ("lease_end", "2025-12-31")}
MENDED = {"cell-15-2": "0754 001 000", "cell-32-5": "500,000", "cell-51-4": "2026-12-31"}


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def roll(bad: dict[int, tuple[str, str]] = BAD, *, rows: int = 80) -> bytes:
    """A rent roll of 80 homes; some cells are bad, by the spreadsheet's own row number."""
    table = []
    for number in range(2, rows + 2):
        phone = f"0712 34{number:04}"
        row = [f"A-{number:02}", f"Tenant {number}", phone, "2026-01-01", "2026-12-31", "500,000"]
        if number in bad:
            heading, value = bad[number]
            row[HEADINGS.index(heading)] = value
        table.append(row)
    return written([HEADINGS, *table])


def upload(browser: Client, content: bytes, name: str = "roll.csv", *, landlord: Landlord | None = None):
    """The file is chosen and `Check` pressed, with what the form holds besides."""
    form = browser.get(reverse("import_file")).context["form"]
    fields = {field.name: field.value() for field in form if field.name != "file"}
    if landlord:
        fields["landlord"] = landlord.pk
    answer = browser.post(reverse("import_file"), fields | {"file": SimpleUploadedFile(name, content)})
    return browser.get(answer["Location"]) if answer.status_code == 302 else answer


def press(browser: Client, page, do: str = "", **cells: str):
    """A button of the check page, with its cells as they are shown but for those typed over."""
    shown = {cell["name"]: cell["found"] for cell in page.context["cells"] if cell["name"]}
    fields = shown | {name.replace("_", "-"): text for name, text in cells.items()} | ({"do": do} if do else {})
    return browser.post(page.request["PATH_INFO"], fields, follow=True)


def text_of(page) -> str:
    return " ".join(page.content.decode().split())


def leases(landlord: Landlord) -> int:
    return Lease.objects.of(landlord).count()

"""Bills as PDF, by one process and by two, beside WeasyPrint's own time for a page of one line."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from typing import Any

from benchmarks.measuring import Ratio, in_turn
from modules.invoicing.documents.invoices import TEMPLATE, contexts, invoice_pdfs
from modules.invoicing.models import Invoice
from rentbook.exchange.pdf import render_pdf
from rentbook.kernel import clock
from rentbook.kernel.people import Landlord
from tests.factories import make_invoice, make_lease

BILLS, CHUNK = 50, 25
MADE_ON = date(2026, 1, 10)
LANGUAGES = ("en", "fr", "sw", "ar")
ONE_LINE = '<!doctype html><html lang="en"><title>Page</title><p>One line.</p></html>'

# What the processes print: they are copies of this one, made when it is full.
prepared: list[dict[str, Any]] = []


def make_bills(landlord: Landlord, count: int = BILLS) -> list[int]:
    """Bills of three lines, each with its arithmetic and the address to pay, by their keys."""
    charges = {"water": "20000", "electricity": "35000"}
    leases = (make_lease(landlord, start=MADE_ON, charges=charges) for _bill in range(count))
    return [make_invoice(lease).pk for lease in leases]


def one_line(count: int) -> None:
    """The yardstick: WeasyPrint as it comes, for the least page."""
    from weasyprint import HTML

    for _page in range(count):
        HTML(string=ONE_LINE).write_pdf(pdf_variant="pdf/ua-1")


def print_all(landlord: Landlord, keys: Sequence[int], language: str) -> None:
    """All that many bills take, what they read from the database too."""
    rows = Invoice.objects.of(landlord).filter(pk__in=keys)
    assert sum(content.startswith(b"%PDF") for content in invoice_pdfs(rows, language)) == len(keys)


def print_prepared(numbers: Sequence[int]) -> int:
    """Those of the prepared papers; no process of the pool has the database."""
    return sum(len(render_pdf(TEMPLATE, prepared[number], "en")) for number in numbers)


def by_two(landlord: Landlord, keys: Sequence[int]) -> Ratio:
    """Two processes beside one."""
    prepared[:] = contexts(Invoice.objects.of(landlord).filter(pk__in=keys), "en")
    chunks = [range(start, min(start + CHUNK, len(keys))) for start in range(0, len(keys), CHUNK)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        return in_turn(
            lambda: list(pool.map(print_prepared, chunks)), partial(print_prepared, range(len(keys))), rounds=3
        )


def ratios(landlord: Landlord) -> Iterator[tuple[str, Ratio]]:
    with clock.travel(MADE_ON):
        keys = make_bills(landlord)
        for language in LANGUAGES:
            ratio = in_turn(partial(print_all, landlord, keys, language), partial(one_line, len(keys)), rounds=3)
            yield f"{len(keys) / ratio.ours.wall:.1f} bills a second as PDF, {language}, to a line", ratio
        ratio = by_two(landlord, keys)
        yield f"{len(keys) / ratio.ours.wall:.1f} bills a second as PDF, en, by two, to one", ratio

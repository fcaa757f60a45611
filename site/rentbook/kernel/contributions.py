"""What modules give: the shapes, and the registries that hold them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from .contacts import Contact
from .events import Event
from .people import Landlord
from .registry import Registry

Text = str | Promise  # Promise: a text that is translated when it is shown


@dataclass(frozen=True)
class Daily:
    """Work that is due once a landlord's local day has begun; run again it finds nothing left to do.

    `run(landlord, on)` returns how many rows it changed. Lower `order` goes first.
    """

    name: str
    order: int
    run: Callable[[Landlord, date], int]


@dataclass(frozen=True)
class Schedule:
    """A task that the worker starts by a cron expression, in UTC. `task` is the dotted name of a function."""

    name: str
    task: str
    cron: str


@dataclass(frozen=True)
class Document:
    """A file that goes with a message or hangs on a page."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class MessageTemplate:
    """A message, and who should have had it by now.

    `due(landlord, on)` are the subjects that should have been told; messaging queues whoever has not been, once for
    each (contact, key). `text` is English with {{ name }} placeholders, found in the translation catalogues; `values`
    gives what they stand for in the reader's language. `link(subject)` is asked when the message is sent, never stored,
    and so is `outdated(subject)`: why it should not go out any more, or nothing.
    """

    name: str
    title: str
    text: str
    due: Callable[[Landlord, date], QuerySet]
    to: Callable[[Any], Contact]
    key: Callable[[Any], str]
    values: Callable[[Any, str], Mapping[str, str]]
    subjects: Callable[[Landlord], QuerySet]
    wakes: tuple[type[Event], ...] = ()
    link: Callable[[Any], str] | None = None
    outdated: Callable[[Any], str] = lambda subject: ""
    document: Callable[[Any, str], Document | None] | None = None


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading, its names in our languages, and how a cell's text becomes a value.

    `parse(cell, row)` returns the value or raises ValueError with one sentence that says what was expected. A
    `family` column stands for every heading that begins with its name, such as charge_wifi for charge_.
    """

    name: str
    parse: Callable[[Any, Any], Any]
    aliases: Sequence[str] = ()
    required: bool = False
    family: bool = False


@dataclass(frozen=True)
class SheetPart:
    """What a module adds to a kind of sheet: its columns, checks across cells, and how good rows are written.

    `check(rows, landlord)` yields (row, column, message) for what no single cell shows. `apply(rows, landlord, batch)`
    writes and counts into `batch`. Parts run in the order of the modules, inside one transaction.
    """

    name: str
    kind: str
    columns: Sequence[Column]
    apply: Callable[..., None]
    check: Callable[..., Iterable[tuple[Any, str, str]]] = field(default=lambda rows, landlord: ())


@dataclass(frozen=True)
class Report:
    """A table that the reports module shows: headings, and rows as at a date, for one landlord.

    It is for whoever may see rows of `model`.
    """

    name: str
    title: Text
    headings: Sequence[Text]
    rows: Callable[[Landlord, date], Iterable[Sequence[Any]]]
    model: type[Model]
    summary: Text = ""


@dataclass(frozen=True)
class BookCheck:
    """An invariant of the books. `breaks(landlord)` yields a sentence for each row that does not hold."""

    name: str
    breaks: Callable[[Landlord], Iterable[str]]


@dataclass(frozen=True)
class Posting:
    """Journal entries that a module's own rows make, as querysets that the database joins by UNION ALL.

    `rows(landlord)` gives querysets of values in the order of POSTED, most simply by `kernel.books.entries`: for each
    document and currency the debits equal the credits (docs/rules.md, D46).
    """

    name: str
    rows: Callable[[Landlord], Iterable[QuerySet]]


#: What a posting has: its day, the account's code, an amount on one side, whose it is, and what proves it.
POSTED = ("date", "account", "debit", "credit", "currency", "lease", "kind", "document")


@dataclass(frozen=True)
class DemoStep:
    """What a module adds to a demo landlord's book after its file was imported, up to `today`; lower `order` first."""

    name: str
    order: int
    run: Callable[[Landlord, date, Any], None]


daily_parts: Registry[Daily] = Registry("daily part")
schedules: Registry[Schedule] = Registry("schedule")
message_templates: Registry[MessageTemplate] = Registry("message template")
sheet_parts: Registry[SheetPart] = Registry("sheet part")
reports: Registry[Report] = Registry("report")
book_checks: Registry[BookCheck] = Registry("book check")
postings: Registry[Posting] = Registry("posting")
demo_steps: Registry[DemoStep] = Registry("demo step")

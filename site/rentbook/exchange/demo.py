"""The demo portfolios: files as their owners would have them, moved to today, loaded through the import's own door."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from rentbook.kernel import clock
from rentbook.kernel.choices import Language, Role
from rentbook.kernel.contributions import demo_steps
from rentbook.kernel.keeping import log_open
from rentbook.kernel.landlords import create_landlord
from rentbook.kernel.models import Landlord, LogEntry, User
from rentbook.kernel.roles import add_member
from rentbook.kernel.scoping import ScopedModel
from rentbook.paths import FIXTURES

from .cells import day
from .files import Cell, read_table
from .importing import import_sheet
from .models import Callback

WRITTEN = date(2026, 1, 1)  # the files are as at this day
MONTHS = 2  # and are taken over this many months before today's
PASSWORD = "rentbook-demo"  # noqa: S105
MANAGER, OPERATOR = "manager@example.com", "operator@example.com"


@dataclass(frozen=True)
class Portfolio:
    code: str
    name: str
    file: str
    country: str
    currency: str
    language: Language
    phone: str
    address: str
    ways: str


PORTFOLIOS = [
    Portfolio("DAR", "Nyumba Bora", "dar-es-salaam.xlsx", "TZ", "TZS", Language.KISWAHILI, "0754 000 100",
              "Barabara ya Bagamoyo 12, Dar es Salaam", "Fedha taslimu ofisini, Jumatatu hadi Ijumaa 8:00-16:00"),
    Portfolio("DLA", "Résidences du Wouri", "douala.csv", "CM", "XAF", Language.FRENCH, "6 70 00 01 00",
              "Rue des Cocotiers 8, Douala", "Espèces au bureau, du lundi au vendredi de 8 h à 16 h"),
    Portfolio("KWT", "عقارات الخليج", "kuwait.xlsx", "KW", "KWD", Language.ARABIC, "5000 0100",
              "شارع الخليج العربي، مدينة الكويت", "نقدًا في المكتب من الأحد إلى الخميس"),
]  # fmt: skip


def load_demo() -> dict[str, Any]:
    """Make the demo landlords, their users and three months of their rent book. ValueError where other data is."""
    if Landlord.objects.exists():
        raise ValueError("There is data already: the demo wants an empty book (demo --reset empties a demo book).")
    manager = User.objects.create_user(MANAGER, PASSWORD, first_name="Asha", last_name="Manager")
    User.objects.create_superuser(OPERATOR, PASSWORD, first_name="Olga", last_name="Operator")
    for portfolio in PORTFOLIOS:
        _load(portfolio, manager)
    return {
        "landlords": [portfolio.code for portfolio in PORTFOLIOS],
        "tenants": _count("leasing.Tenant"),
        "leases": _count("leasing.Lease"),
        "users": sign_ins(),
    }


def sign_ins() -> list[str]:
    """The demo's users with their password; none in a book that is not the demo's."""
    if not User.objects.filter(email=MANAGER).exists():
        return []
    return [f"{user.email} {PASSWORD}" for user in User.objects.filter(email__endswith="@example.com").order_by("pk")]


def _count(model: str) -> int:
    return apps.get_model(model).unscoped.count() if apps.is_installed(f"modules.{model.split('.')[0]}") else 0


def _load(portfolio: Portfolio, manager: User) -> None:
    landlord, _owner = create_landlord(
        code=portfolio.code,
        name=portfolio.name,
        country=portfolio.country,
        currency=portfolio.currency,
        language=portfolio.language,
        owner_email=f"{portfolio.code.lower()}@example.com",
        owner_password=PASSWORD,
        owner_phone=portfolio.phone,
    )
    Landlord.objects.filter(pk=landlord.pk).update(address=portfolio.address, other_ways_to_pay=portfolio.ways)
    landlord.refresh_from_db()
    add_member(user=manager, landlord=landlord, role=Role.MANAGER)
    today = clock.today(landlord)
    taken_over = today.replace(day=1) - relativedelta(months=MONTHS)
    table = read_table(portfolio.file, (FIXTURES / portfolio.file).read_bytes())
    months = (taken_over.year - WRITTEN.year) * 12 + taken_over.month - WRITTEN.month
    with clock.travel(taken_over):
        outcome = import_sheet(
            kind="leases", name=portfolio.file, table=_moved(table, months), landlord=landlord, by=manager
        )
    if outcome.errors:
        raise ValueError(f"{portfolio.file}: {outcome.errors}")
    for step in sorted(demo_steps, key=lambda step: step.order):
        step.run(landlord, today, manager)


def _moved(table: list[list[Cell]], months: int) -> list[list[Cell]]:
    """The same sheet with every date so many months later."""
    return [[_move(cell, months) for cell in row] for row in table]


def _move(cell: Cell, months: int) -> Cell:
    try:
        written = day(cell) if cell is not None else None
    except ValueError:
        return cell
    if written is None:
        return None
    # The last day of a month stays the last day of its month.
    ends_month = (written + timedelta(days=1)).day == 1
    return written + relativedelta(months=months, day=31 if ends_month else None)


def empty_demo() -> None:
    """Take the demo away. ValueError when a landlord or user is not the demo's own."""
    theirs = {(portfolio.code, portfolio.name) for portfolio in PORTFOLIOS}
    landlords = set(Landlord.objects.values_list("code", "name"))
    if landlords - theirs or (landlords and not User.objects.filter(email=MANAGER).exists()):
        raise ValueError("There are landlords that are not the demo's: nothing was taken away.")
    if User.objects.exclude(email__endswith="@example.com").exists():
        raise ValueError("There are users that are not the demo's: nothing was taken away.")
    with log_open():
        # Keys are checked when the transaction ends, so the order does not matter.
        scoped = [model for model in apps.get_models() if issubclass(model, ScopedModel)]
        emptied: list[type[Model]] = [*scoped, Callback, LogEntry]
        for model in emptied:
            rows = model._base_manager.all()
            rows._raw_delete(rows.db)
        User.objects.all().delete()
        Landlord.objects.all().delete()
    # Its links lead nowhere any more.
    Path(settings.MESSAGE_OUTBOX).unlink(missing_ok=True)

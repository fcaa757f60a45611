"""The columns that leasing reads, and the words that may stand in their cells."""

from typing import Any

from modules.leasing.headings import ALIASES
from rentbook.exchange import cells
from rentbook.exchange.sheets import Row
from rentbook.kernel.contributions import Column
from rentbook.kernel.money import CURRENCIES

LEASE_FIELDS = {"lease_end": "end", "due_day": "due_day", "deposit": "deposit", "frequency": "frequency",
                "alignment": "alignment", "proration": "proration"}  # fmt: skip
CONTACT_FIELDS = {"tenant_name": "name", "phone": "phone", "email": "email", "id_number": "id_number",
                  "language": "language"}  # fmt: skip


def said_of_lease(row: Row) -> dict[str, Any]:
    """What the row says of its lease, by the lease's own fields."""
    return {field: row.get(name) for name, field in LEASE_FIELDS.items() if row.get(name) is not None}


def currency(cell: Any, row: Row) -> str:
    code = str(cell).strip().upper()
    if code not in CURRENCIES:
        raise ValueError(f"“{cell}” is not a currency; write its three letters, such as {row.landlord.currency}.")
    return code


def column(name: str, parse: Any, *, required: bool = False, family: bool = False) -> Column:
    return Column(name, parse, ALIASES.get(name, ()), required=required, family=family)


COLUMNS = [
    column("property", cells.text(120)),
    column("unit", cells.text(60), required=True),
    column("tenant_name", cells.text(120), required=True),
    column("phone", cells.phone),
    column("email", cells.email),
    column("id_number", cells.text(40)),
    column("language", cells.one_of(
        en="english", sw="swahili,kiswahili", fr="french,français,francais", ar="arabic,العربية,عربي",
    )),
    column("lease_start", cells.day, required=True),
    column("lease_end", cells.day),
    column("currency", currency),
    column("rent", cells.positive_amount, required=True),
    column("frequency", cells.one_of(
        weekly="hebdomadaire,kila wiki,أسبوعي", fortnightly="", monthly="month,mensuel,kila mwezi,mwezi,شهري",
        quarterly="quarter,trimestriel,robo mwaka,miezi 3,ربع سنوي",
        half_yearly="half-yearly,semestriel,miezi 6,نصف سنوي",
        yearly="annual,annuel,kila mwaka,mwaka,سنوي",
    )),
    column("alignment", cells.one_of(
        calendar="calendrier,kalenda,تقويمي", anniversary="anniversaire,tarehe ya kuanza",
    )),
    column("proration", cells.one_of(
        actual="réel,reel", **{"30_day": "30-day,30 jours", "365_day": "365-day,365 jours"},
    )),
    column("due_day", cells.whole(1, 31)),
    column("deposit", cells.positive_amount),
    *(column(f"charge_{stream}", cells.positive_amount) for stream in ("electricity", "water", "wifi")),
    *(column(f"due_day_{stream}", cells.whole(1, 31)) for stream in ("electricity", "wifi")),
    column("charge_", cells.positive_amount, family=True),
    column("due_day_", cells.whole(1, 31), family=True),
]  # fmt: skip

"""From a cell to a value. Each raises ValueError with one sentence that says what was expected."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from rentbook.kernel.money import parse_amount
from rentbook.kernel.phones import parse_phone

from .files import Cell

if TYPE_CHECKING:
    from .sheets import Row

DAY = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
MOST_DIGITS = 15  # of a number cell: a spreadsheet keeps no more
ARABIC = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def clean(cell: Cell) -> str:
    """A cell's text with single spaces."""
    return " ".join(str(cell or "").split())


def fold(text: str) -> str:
    """A heading or word without case, accents, odd spaces and punctuation at its ends."""
    parted = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ـ", ""))
    bare = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return clean(bare.casefold().replace("_", " ")).strip(" :.*")


def text(longest: int) -> Callable[[Cell, "Row"], str]:
    """Words, with single spaces, at most `longest` letters."""

    def parse(cell: Cell, row: "Row") -> str:
        words = " ".join(written(cell).split())
        if isinstance(cell, Decimal) and sum(letter.isdigit() for letter in words) > MOST_DIGITS:
            raise ValueError(
                f"{words} has more than {MOST_DIGITS} digits: a spreadsheet rounds such numbers. "
                "Format the column as text and write it again."
            )
        if len(words) > longest:
            raise ValueError(f"It is longer than {longest} letters.")
        return words

    return parse


def letters(place: int) -> str:
    """The name that spreadsheets give a column by its place: A for 0, AA for 26."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def written(cell: Cell) -> str:
    """A cell as its owner wrote it: a number without exponent."""
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def phone(cell: Cell, row: "Row") -> str:
    """A phone in the landlord's country, as E.164."""
    return parse_phone(written(cell).translate(ARABIC), row.landlord.country)


def email(cell: Cell, row: "Row") -> str:
    address = str(cell).strip()
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(f"“{address}” is not an e-mail address.") from None
    return address


def amount(cell: Cell, row: "Row") -> Decimal:
    """An amount in the row's currency, of either sign."""
    return parse_amount(cell if isinstance(cell, Decimal) else str(cell), row.currency)


def positive_amount(cell: Cell, row: "Row") -> Decimal:
    value = amount(cell, row)
    if value < 0:
        raise ValueError(f"{value:,f} is negative: an amount of zero or more is expected.")
    return value


def day(cell: Cell, row: "Row | None" = None) -> date:
    """A date: a date cell, 2026-01-31, or 31/01/2026; one that reads two ways is asked back."""
    if isinstance(cell, date):
        return cell
    written = str(cell).strip().translate(ARABIC)
    match = DAY.fullmatch(written)
    if not match:
        raise ValueError(f"“{written}” is not a date; write it as 2026-01-31.")
    first, second, third = (int(part) for part in match.groups())
    if len(match[1]) == 4:
        return _date(written, first, second, third)
    if len(match[3]) != 4:
        raise ValueError(f"“{written}” has no year of four digits; write it as 2026-01-31.")
    if first <= 12 and second <= 12 and first != second:
        one, other = _date(written, third, second, first), _date(written, third, first, second)
        raise ValueError(f"“{written}” reads two ways: write {one} for {one:%-d %B} or {other} for {other:%-d %B}.")
    return _date(written, third, second, first) if second <= 12 else _date(written, third, first, second)


def _date(written: str, year: int, month: int, day_of_month: int) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise ValueError(f"“{written}” is no day of the calendar; write it as 2026-01-31.") from None


def whole(least: int, most: int) -> Callable[[Cell, "Row"], int]:
    """A whole number between two bounds."""

    def parse(cell: Cell, row: "Row") -> int:
        written = str(cell).strip().translate(ARABIC)
        if not re.fullmatch(r"\d{1,6}", written) or not least <= int(written) <= most:
            raise ValueError(f"“{written}” is not a whole number from {least} to {most}.")
        return int(written)

    return parse


def one_of(**words: str) -> Callable[[Cell, "Row"], str]:
    """One of a few words: each keyword is a value, with the ways to write it separated by commas."""
    known = {way.strip().casefold(): value for value, ways in words.items() for way in [value, *ways.split(",")]}

    def parse(cell: Cell, row: "Row") -> str:
        written = " ".join(str(cell).split()).casefold()
        if written not in known:
            expected = ", ".join(dict.fromkeys(known.values())).replace("_", "-")
            raise ValueError(f"“{written}” is not known; expected one of: {expected}.")
        return known[written].replace("_", "-")

    return parse

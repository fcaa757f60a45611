"""From a file to rows of cells: CSV in any common encoding and delimiter, XLSX, XLS and ODS."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath

import charset_normalizer
import python_calamine

Cell = str | Decimal | date | None
SHEETS = {".xlsx", ".xlsm", ".xls", ".ods"}
MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
ENCODINGS = ["cp1252", "cp1256", "cp1250"]


class Unreadable(ValueError):
    """The file is no spreadsheet that we can read; the text says what was found and what is expected."""


def read_table(name: str, content: bytes) -> list[list[Cell]]:
    """Every row of the first sheet as cells; row 1 of the file is row 0. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(f"{name} is empty: a sheet with a row of headings is expected.")
    if len(content) > MOST_BYTES:
        raise Unreadable(f"{name} is larger than 64 MB: split it.")
    rows = _workbook(name, content) if _is_workbook(name, content) else _text(name, content)
    if not any(cell for row in rows for cell in row):
        raise Unreadable(f"{name} holds no cells: a sheet with a row of headings is expected.")
    return rows


def _is_workbook(name: str, content: bytes) -> bool:
    return PurePath(name).suffix.lower() in SHEETS or content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def _workbook(name: str, content: bytes) -> list[list[Cell]]:
    if content.startswith(b"PK"):
        _refuse_bombs(name, content)
    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Unreadable(f"{name} is not a spreadsheet that can be read: save it as XLSX or CSV.") from error


def _refuse_bombs(name: str, content: bytes) -> None:
    """Look at the zip's directory before anything is unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{name} is damaged: save it again as XLSX or CSV.") from error
    if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > 1000:
        raise Unreadable(f"{name} unpacks to more than 200 MB: it is not a rent roll.")


def _cell(value: object) -> Cell:
    if isinstance(value, bool) or value is None or value == "":
        return None if not isinstance(value, bool) else str(value)
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return number.to_integral_value() if number == number.to_integral_value() else number
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else str(value)


def _text(name: str, content: bytes) -> list[list[Cell]]:
    text = _decode(name, content)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    # The sniffer is easily wrong about quotes; only the delimiter is taken from it.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, strict=False)
    try:
        return [[cell if cell.strip() else None for cell in row] for row in rows]
    except csv.Error as error:
        raise Unreadable(f"{name} is not a CSV file that can be read: {error}.") from error


def _decode(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="strict")
    if b"\x00" in content:
        raise Unreadable(f"{name} is not a spreadsheet: a CSV or XLSX file is expected.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(content, cp_isolation=ENCODINGS).best()
        if best is None:
            raise Unreadable(f"{name} is written in an unknown alphabet: save it as CSV UTF-8.") from None
        return str(best)

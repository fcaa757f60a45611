"""From a file to rows of cells: CSV in any common encoding and delimiter, XLSX, XLS and ODS. And back."""

import codecs
import csv
import io
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePath

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell = str | Decimal | date | None
SHEETS = {".xlsx", ".xlsm", ".xls", ".ods"}
MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_COLUMNS = 200
READER = Path(__file__).with_name("workbook.py")
MOST_SECONDS = 120  # of reading a workbook

CODE_PAGES = {"cp1252": "Western Europe", "cp1250": "Central Europe", "cp1256": "Arabic"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
WORD = re.compile(r"[^\W\d_]+")
ARABIC_LETTER = re.compile(r"[\u0621-\u064a\u067e\u0686\u0688\u0691\u0698\u06a9\u06af\u06ba\u06be\u06c1\u06d2]")
LATIN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f]")
# ą, ł and ż of Central Europe, as they look in the code page of the West.
CENTRAL_IN_WESTERN = re.compile(r"[^\W\d_][¹³¿]|[¹³£¯][^\W\d_]")
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x19]")

FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d[\d .,]*$)")
QUOTED = re.compile(r"'[=@+\t\r-]")


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
    if max(map(len, rows)) > MOST_COLUMNS:
        raise Unreadable(f"{name} has more than {MOST_COLUMNS} columns: it is not a rent roll.")
    return rows


def as_csv(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Rows as a CSV that a spreadsheet opens as they are: nothing in it is taken for a formula."""
    return b"".join(csv_lines(rows))


def csv_lines(rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """The same line by line, for files that are too long to hold."""
    yield codecs.BOM_UTF8
    line = csv.writer(_Passing())
    for row in rows:
        yield line.writerow([_harmless(cell) for cell in row])


class _Passing:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> bytes:
        return text.encode()


def as_workbook(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Rows as an XLSX with the same cells: a text stays a text, whatever it looks like."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(sheet: WriteOnlyWorksheet, cell: Cell) -> WriteOnlyCell:
    if not isinstance(cell, str):
        return WriteOnlyCell(sheet, cell)
    made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", cell))
    made.data_type = "s"
    return made


def _harmless(cell: Cell) -> str:
    text = format(cell, "f") if isinstance(cell, Decimal) else "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) else text


def _is_workbook(name: str, content: bytes) -> bool:
    return PurePath(name).suffix.lower() in SHEETS or content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def _workbook(name: str, content: bytes) -> list[list[Cell]]:
    if content.startswith(b"PK"):
        _refuse_bombs(name, content)
    command = [sys.executable, "-I", str(READER)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=MOST_SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise Unreadable(f"{name} is not a spreadsheet that can be read: save it as XLSX or CSV.") from error
    return [[_cell(value) for value in row] for row in pickle.loads(done.stdout)]  # noqa: S301  (our own process's)


def _refuse_bombs(name: str, content: bytes) -> None:
    """Look at the zip's directory before anything is unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{name} is damaged: save it again as XLSX or CSV.") from error
    if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > 1000:
        raise Unreadable(f"{name} unpacks to more than 200 MB: it is not a rent roll.")


def _cell(value: object) -> Cell:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        whole = number == number.to_integral_value()
        # Written out, so that 1E+21 reads as its owner wrote it.
        return Decimal(format(number.to_integral_value() if whole else number, "f"))
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
        return [[_unquoted(cell) if cell.strip() else None for cell in row] for row in rows]
    except csv.Error as error:
        raise Unreadable(f"{name} is not a CSV file that can be read: {error}.") from error


def _unquoted(cell: str) -> str:
    """Without the mark that as_csv puts before what looks like a formula."""
    return cell[1:] if QUOTED.match(cell) else cell


def _decode(name: str, content: bytes) -> str:
    codec = guessed_codec(name, content) or ("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is written in an unknown alphabet: save it as CSV UTF-8.") from None
    if NO_TEXT.search(text):
        raise Unreadable(f"{name} is not a spreadsheet: a CSV or XLSX file is expected.")
    return text


def guessed_codec(name: str, content: bytes) -> str:
    """The Windows code page that a text is taken to be written in; none for a workbook, UTF-8 and UTF-16."""
    if _is_workbook(name, content) or content.startswith(UTF_16):
        return ""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _code_page(content)
    return ""


def _code_page(content: bytes) -> str:
    """Arabic where most of the Arabic letters stand in words of their own: É and È of the West look like two of them,
    but among Latin letters."""
    alone = among = 0
    for word in WORD.findall(content.decode("cp1256")):
        letters = len(ARABIC_LETTER.findall(word))
        if LATIN_LETTER.search(word):
            among += letters
        elif letters > 1:
            alone += letters
    if alone > among:
        return "cp1256"
    try:
        western = content.decode("cp1252")
    except UnicodeDecodeError:
        return "cp1250"
    return "cp1250" if CENTRAL_IN_WESTERN.search(western) else "cp1252"

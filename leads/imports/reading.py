"""A file as people export it: its encoding, its separator, its head, and its lines as texts."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import PurePath
from typing import IO, Any

from charset_normalizer import from_bytes
from python_calamine import CalamineError, CalamineWorkbook

MOST_BYTES = 50 * 1024 * 1024
MOST_LINES = 200_000
MOST_COLUMNS = 300
# A spreadsheet is packed; unpacked it may be so large.
MOST_UNPACKED = 600 * 1024 * 1024
CELL_MAX = 20_000
# Looked at to find out how the file is written, and where its head is.
SAMPLE_BYTES = 256 * 1024
SAMPLE_LINES = 60
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_PACKED = b"PK\x03\x04"
_OLD_SHEET = b"\xd0\xcf\x11\xe0"
# How files are written that are not in UTF-8: Windows' code pages and those of East Asia.
_PAGES = [
    *(f"cp{number}" for number in range(1250, 1258)),
    *("shift_jis", "gb18030", "big5", "euc_kr", "iso8859_2", "iso8859_15"),
]
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

# Texts have next to none of them, and every twentieth byte or so of what is no text is one.
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f]")

Line = tuple[int, list[str]]


class Unreadable(Exception):
    """The file cannot be read; says what to do."""


@dataclass(frozen=True)
class Table:
    """The head of a file, its lines with their numbers, and what was found about it in words."""

    header: list[str]
    lines: list[Line]
    found: str


def read(name: str, file: IO[bytes]) -> Table:
    """Read a CSV, TSV or spreadsheet file. Raises Unreadable."""
    start = file.read(8)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > MOST_BYTES:
        raise Unreadable(f"At most {MOST_BYTES // 1024**2} MB fit here. Split the file in parts.")
    if start.startswith(_PACKED) or start.startswith(_OLD_SHEET):
        how, rows = _sheet(file)
    elif PurePath(name).suffix.lower() in _SHEETS:
        raise Unreadable("This is no spreadsheet, though its name says so. Save it as CSV.")
    else:
        how, rows = _text(file)
    return _table(how, rows)


# --- spreadsheets ------------------------------------------------------------------------------


def _sheet(file: IO[bytes]) -> tuple[str, Iterable[Sequence[str]]]:
    _refuse_bombs(file)
    try:
        book = CalamineWorkbook.from_filelike(file)
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(any(cell != "" for cell in row) for row in rows):
                others = len(book.sheet_names) - 1
                more = f"; {others} more not read" if others else ""
                return f"Sheet “{name}”{more}", ([_cell(c) for c in row] for row in rows)
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("This spreadsheet cannot be opened. Save it as CSV.") from error
    raise Unreadable("Every sheet of it is empty.")


def _refuse_bombs(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
    except zipfile.BadZipFile:
        unpacked = 0  # an old .xls, or broken, which the reader says
    file.seek(0)
    if unpacked > MOST_UNPACKED:
        raise Unreadable("This spreadsheet is too large. Split it in parts, or save it as CSV.")


def _cell(value: Any) -> str:
    """As a person reads it in the sheet: 3.0 is 3, a moment is ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if not isinstance(value, timedelta) else str(value)


# --- texts -------------------------------------------------------------------------------------


def _text(file: IO[bytes]) -> tuple[str, Iterable[Sequence[str]]]:
    sample = file.read(SAMPLE_BYTES)
    file.seek(0)
    if not sample.strip():
        raise Unreadable("The file is empty.")
    encoding = _encoding(sample, file)
    text = sample.decode(encoding, errors="ignore")
    if len(_CONTROLS.findall(text)) * 100 > len(text):
        raise Unreadable("This is a picture or a document, no list. Save the list as CSV.")
    csv.field_size_limit(MOST_BYTES)
    separator = _separator(text)
    said = f"{_called(encoding)}, columns separated by {SEPARATORS[separator]}"
    # What stands in quotes may hold line breaks; universal newlines would change them.
    stream = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    return said, csv.reader(_lines_without_nul(stream), delimiter=separator)


def _lines_without_nul(stream: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in stream)


def _encoding(sample: bytes, file: IO[bytes]) -> str:
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    # Every second byte of western text in UTF-16 is zero, also where no mark says so.
    if (zeros := sample[:2000].count(0)) > len(sample[:2000]) // 4:
        return "utf-16-le" if sample[1:2] == b"\0" or zeros == 0 else "utf-16-be"
    if _decodes(file, "utf-8"):
        return "utf-8"
    best = from_bytes(sample, cp_isolation=_PAGES).best()
    # Western Europe writes most of them, and a few accents alone tell no page from another.
    is_western = best is None or _letters(sample, "cp1252") == _letters(sample, best.encoding)
    return "cp1252" if is_western or best is None else best.encoding


def _letters(sample: bytes, encoding: str) -> list[str]:
    return [one for one in sample.decode(encoding, "ignore") if one.isalpha()]


def _decodes(file: IO[bytes], encoding: str) -> bool:
    stream = io.TextIOWrapper(file, encoding=encoding)
    try:
        while stream.read(1024 * 1024):
            pass
    except UnicodeDecodeError:
        return False
    finally:
        stream.detach()
        file.seek(0)
    return True


def _called(encoding: str) -> str:
    names = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows (Western Europe)"}
    return names.get(encoding, encoding.replace("_", "-").upper())


def _separator(text: str) -> str:
    """The one that gives most lines the same number of columns, more than one."""

    def agreement(separator: str) -> int:
        rows = islice(csv.reader(text.splitlines(), delimiter=separator), SAMPLE_LINES)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        return max((width * count for width, count in widths.items()), default=0)

    return max(SEPARATORS, key=agreement)


# --- head and lines ----------------------------------------------------------------------------


def _table(how: str, rows: Iterable[Sequence[str]]) -> Table:
    numbered = ((n, [_clean(cell) for cell in row]) for n, row in enumerate(rows, start=1))
    try:
        first = list(islice(numbered, SAMPLE_LINES))
        header, place = _header(first)
        body = _without_footer(_chain(first[place + 1 :], numbered), len(header))
        lines = list(islice(body, MOST_LINES + 1))
    except csv.Error as error:
        raise Unreadable(f"The file cannot be read as a table: {error}.") from error
    if len(lines) > MOST_LINES:
        raise Unreadable(f"At most {MOST_LINES:,} lines fit here. Split the file in parts.")
    if not lines:
        raise Unreadable("There is nothing below the head of the table.")
    above = sum(1 for _, row in first[:place] if any(row))
    if above:
        how += f"; {above} line{'s' if above > 1 else ''} above the table left out"
    return Table(_distinct(header), lines, how)


def _clean(cell: str) -> str:
    # NULs and halves of characters are nothing a database keeps.
    return cell.strip().replace("\0", "").encode("utf-8", "ignore").decode()[:CELL_MAX]


def _header(first: Sequence[Line]) -> tuple[list[str], int]:
    """The head, and where it stands among the first lines. Raises Unreadable."""
    widths = Counter(sum(map(bool, row)) for _, row in first if any(row))
    if not widths:
        raise Unreadable("The file is empty.")
    widest = max(widths)
    # What stands above a table says a sentence or two.
    filled = (sum(map(bool, row)) for _, row in first)
    place = next(n for n, cells in enumerate(filled) if cells and cells > widest // 2)
    row = first[place][1]
    if len(row) > MOST_COLUMNS:
        raise Unreadable(f"At most {MOST_COLUMNS} columns fit here. Leave some out.")
    if any("@" in cell or cell.replace(".", "").isdecimal() for cell in row):
        detail = "The first line holds a lead and no names of columns. Write them above it."
        raise Unreadable(detail)
    return row, place


def _chain(first: Iterable[Line], rest: Iterable[Line]) -> Iterator[Line]:
    yield from first
    yield from rest


def _without_footer(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """Lines that say something, each of the width of the head, without totals and copyrights.

    A footer stands behind an empty line and has one cell a line; if the table goes on after it, it
    was none.
    """
    held: list[Line] = []
    is_below_gap = False
    for number, row in lines:
        filled = sum(map(bool, row))
        if not filled:
            is_below_gap = True
        elif is_below_gap and filled == 1 and width > 2:
            held.append((number, row))
        else:
            yield from ((n, _fit(one, width)) for n, one in held)
            held, is_below_gap = [], False
            yield number, _fit(row, width)


def _fit(row: list[str], width: int) -> list[str]:
    return (row + [""] * width)[:width]


def _distinct(header: Sequence[str]) -> list[str]:
    """Names for all columns, no two alike: "Phone", "Phone (2)"."""
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(header, start=1):
        name = " ".join(cell.split())[:120] or f"Column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names

"""Files as people export them: every encoding, separator, head and foot."""

import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from leads.imports import reading

MAILS = "a@x.example,b@x.example"


def read(text, encoding="utf-8", name="list.csv"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return reading.read(name, io.BytesIO(content))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Zoë Müller"),
        ("utf-8-sig", "Zoë Müller"),
        ("utf-16", "Zoë Müller"),
        ("utf-16-le", "Zoë Müller"),
        ("utf-16-be", "Zoë Müller"),
        ("cp1252", "Zoë Müller"),
        ("cp1250", "Świętosława Żółtowska"),
        ("cp1251", "Иван Петров"),
        ("shift_jis", "山田太郎 株式会社山田商事 東京都"),
        ("gb18030", "王小明 上海科技有限公司 北京"),
    ],
)
def test_every_encoding_is_found(encoding, name):
    others = "".join(f"{name};person-{n}@x.example\n" for n in range(3))

    table = read(f"Name;Email\n{others}", encoding)

    assert table.lines[0][1] == [name, "person-0@x.example"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found(separator):
    lines = [["Name", "Email"], ['"Lopez, Ana; VP|x"', "ana@x.example"]]
    table = read("\n".join(separator.join(cells) for cells in lines))

    assert table.header == ["Name", "Email"]
    assert table.lines == [(2, ["Lopez, Ana; VP|x", "ana@x.example"])]


def test_a_list_of_one_column_is_a_table_too():
    assert read("Email\na@x.example\n\nb@x.example\n").lines == [
        (2, ["a@x.example"]),
        (4, ["b@x.example"]),
    ]


def test_what_stands_above_and_below_a_table_is_no_lead():
    table = read(
        "Notes:\n"
        '"Some addresses may be missing."\n'
        "\n"
        "First Name,Last Name,Email\n"
        "Ana,Lopez,ana@x.example\n"
        "Zoë,,\n"
        "\n"
        "Grand Totals (2 records)\n"
        '"Confidential, do not distribute"\n'
    )

    assert table.header == ["First Name", "Last Name", "Email"]
    assert [number for number, _ in table.lines] == [5, 6]
    assert "2 lines above the table left out" in table.found


def test_a_gap_within_a_table_is_no_foot():
    table = read("A,B,Email\n1,2,a@x.example\n\nonly,,\n3,4,b@x.example\n")

    assert [cells[0] for _, cells in table.lines] == ["1", "only", "3"]


def test_lines_are_as_wide_as_the_head():
    table = read("Name,Email,City\nAna\nZoë,z@x.example,Lund,more\n")

    assert table.lines == [(2, ["Ana", "", ""]), (3, ["Zoë", "z@x.example", "Lund"])]


def test_heads_that_are_alike_or_missing_are_told_apart():
    assert read("Phone,Phone,,Email\n1,2,3,a@x.example\n").header == [
        "Phone",
        "Phone (2)",
        "Column 3",
        "Email",
    ]


def test_cells_of_several_lines_and_nul_are_read():
    table = read('Name,Email\n"Ana\nLopez",a@x.example\nZo\0e,z@x.example\n')

    assert table.lines == [(2, ["Ana\nLopez", "a@x.example"]), (3, ["Zoe", "z@x.example"])]


def sheet(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Empty")
    book.save(file)
    return file.getvalue()


def test_a_spreadsheet_is_read_as_a_person_reads_it():
    table = read(
        sheet(
            ["Name", "Email", "Seats", "Since", "At", "New"],
            ["Ana", "a@x.example", 12.0, datetime(2024, 3, 12), datetime(2024, 3, 12, 9, 5), True],  # noqa: DTZ001
        ),
        name="leads.xlsx",
    )

    assert table.found == "Sheet “Sheet”; 1 more not read"
    assert table.lines == [
        (2, ["Ana", "a@x.example", "12", "2024-03-12", "2024-03-12T09:05:00", "true"])
    ]


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for n in range(7):
            packed.writestr(f"xl/{n}", b"\0" * 100_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "empty"),
        (b" \n\n", "a.csv", "empty"),
        (b"Name,Email\n", "a.csv", "nothing below"),
        (f"{MAILS}\n{MAILS}\n".encode(), "a.csv", "no names of columns"),
        (b"PK\x03\x04 broken", "a.xlsx", "cannot be opened"),
        (b"Name,Email\n1,2\n", "a.xlsx", "no spreadsheet"),
        (sheet(), "a.xlsx", "empty"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(content, name, says):
    with pytest.raises(reading.Unreadable, match=says):
        read(content, name=name)


def test_what_is_too_large_is_refused_before_it_is_read(monkeypatch):
    with pytest.raises(reading.Unreadable, match="too large"):
        read(bomb(), name="a.xlsx")
    monkeypatch.setattr(reading, "MOST_LINES", 2)
    with pytest.raises(reading.Unreadable, match="At most 2 lines"):
        read("Name,Email\n" + "Ana,a@x.example\n" * 3)
    monkeypatch.setattr(reading, "MOST_BYTES", 1024 * 1024)
    with pytest.raises(reading.Unreadable, match="At most 1 MB"):
        read("Name,Email\n" + "Ana,a@x.example\n" * 80_000)


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"\xff\xd8\xff"]
)
def test_what_is_no_text_is_no_list(start):
    body = bytes(n * n * 7919 % 251 for n in range(4_000))

    with pytest.raises(reading.Unreadable, match="no list"):
        reading.read("list.csv", io.BytesIO(start + body))

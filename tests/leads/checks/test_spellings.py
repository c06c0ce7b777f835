"""Values as people, forms, spreadsheets and programs write them (SPEC 8)."""

from datetime import UTC, datetime
from decimal import Decimal

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.checks import spellings
from leads.checks.leads import read_lead
from leads.checks.reading import Refused
from leads.matching import international_phone
from leads.phones import plain_e164

REACHED = {"email": "ann@x.example"}


@pytest.mark.parametrize(
    ("text", "meant", "whole"),
    [
        ("12", 12, 12),
        (" -3 ", -3, -3),
        ("1,200", 1200, 1200),
        ("1 200", 1200, 1200),
        ("1\u00a0200\u202f300", 1_200_300, 1_200_300),
        ("1\u202f200\u202f300", 1_200_300, 1_200_300),
        ("1’200’300", 1_200_300, 1_200_300),
        # Of a point before three digits only a whole number makes groups.
        ("1.200", Decimal("1.2"), 1200),
        ("1.200.300", 1_200_300, 1_200_300),
        ("1.200,50", Decimal("1200.5"), Decimal("1200.5")),
        ("1,200.50", Decimal("1200.5"), Decimal("1200.5")),
        ("12,5", Decimal("12.5"), Decimal("12.5")),
        ("١٢", 12, 12),
        ("12 34", None, None),
        ("1,20,300", None, None),
        ("1_000", None, None),
        ("many", None, None),
        ("nan", None, None),
        ("1e999999999", None, None),
        ("9" * 41, None, None),
    ],
)
def test_a_number_written_as_text(text, meant, whole):
    assert spellings.number(text) == meant
    assert spellings.number(text, whole=True) == whole


@given(st.text(max_size=50))
def test_no_text_breaks_the_reading_of_numbers_names_and_moments(text):
    for read in (spellings.number, spellings.amount, spellings.moment, spellings.day):
        read(text)
    name = spellings.name(text)
    assert spellings.name(name) == name


@given(st.integers(-(10**12), 10**12))
def test_a_number_with_its_groups_is_that_number(number):
    for gap in ", '":
        assert spellings.number(f"{number:,}".replace(",", gap)) == number


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"email": "Ann Lee <ann@x.example>"}, {}),
        ({"email": "mailto:ann@x.example?subject=Hello"}, {}),
        ({"email": " ann@x.example. "}, {}),
        ({"phone": 4915112345678}, {"phone": "4915112345678"}),
        ({"phone": 4915112345678.0}, {"phone": "4915112345678"}),
        ({"external_id": 12}, {"external_id": "12"}),
        ({"estimated_value": " "}, {}),
        ({"estimated_value": "$1,200"}, {"estimated_value": Decimal("1200.00")}),
        ({"company": {"name": "A", "employees": ""}}, {"company": {"name": "A"}}),
        (
            {"company": {"name": "A", "employees": "1.200"}},
            {"company": {"name": "A", "employees": 1200}},
        ),
        ({"consent": {"marketing": "on"}}, {"consent": {"marketing": {"given": True}}}),
        ({"consent": {"marketing": ""}}, {}),
        (
            {"consent": {"marketing": {"given": "no", "at": 1706741502694}}},
            {
                "consent": {
                    "marketing": {
                        "given": False,
                        "at": datetime(2024, 1, 31, 22, 51, 42, 694_000, tzinfo=UTC),
                    }
                }
            },
        ),
        (
            {"attributes": {"which products interest you?": "Pumps", "Lead Source": "Fair"}},
            {"attributes": {"which_products_interest_you": "Pumps", "Lead_Source": "Fair"}},
        ),
    ],
)
def test_a_lead_is_taken_as_it_comes(sent, kept):
    assert read_lead(REACHED | sent) == REACHED | kept


@pytest.mark.parametrize(
    "sent", [{"email": "ann@"}, {"email": "ann@gmail,com"}, {"estimated_value": "a lot"}]
)
def test_nothing_is_guessed(sent):
    with pytest.raises(Refused):
        read_lead({"phone": "1"} | sent)


def test_what_trackers_call_an_event_is_one_of_our_types():
    assert spellings.event_type("Demo Requested") == "demo_requested"
    assert spellings.event_type("page_view") == "page_view"


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("p:+4915112345678", "", "+4915112345678"),
        ("0031765123456", "", "+31765123456"),
        ("0031765123456", "NL", "+31765123456"),
        ("4915112345678.0", "DE", "+4915112345678"),
        ("4915112345678", "DE", "+4915112345678"),
        ("+4915112345678.0", "", "+4915112345678"),
        ("0151 12345678", "DE", "+4915112345678"),
        ("79161234567", "RU", "+79161234567"),
        # Denmark has no nought to dial, and this is a whole number there.
        ("45123456", "DK", "+4545123456"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("12345.0", "", "12345.0"),
        ("00 12", "", "00 12"),
        ("p: ask Paula", "", "p: ask Paula"),
    ],
)
def test_a_phone_is_what_spreadsheets_and_meta_were_told(typed, country, kept):
    assert international_phone(typed, country) == kept


def by_the_library(typed: str, country: str | None) -> str:
    number = phonenumbers.parse(typed, country)
    assert phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


KINDS = [
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
]
EXAMPLES = [
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in KINDS
    if (number := phonenumbers.example_number_for_type(region, kind))
]


def test_a_plain_number_of_every_country_is_read_as_the_library_reads_it():
    plain = [typed for typed in EXAMPLES if plain_e164(typed)]
    assert len(plain) > len(EXAMPLES) * 0.9
    for typed in plain:
        assert plain_e164(typed) == by_the_library(typed, None)


CODES = st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
BEHIND = st.from_regex(r"([ ()-]{0,2}[0-9]){4,13}", fullmatch=True)


@given(CODES, BEHIND, st.sampled_from(["DE", "CA", "RU", "IT", None]))
def test_what_is_read_at_once_is_what_the_library_would_make_of_it(code, behind, country):
    typed = f"+{code}{behind}"
    if found := plain_e164(typed):
        assert found == by_the_library(typed, country)

"""Phone numbers as digits, so that one is found however it is written.

"+46 (0)40-123 45 67", "0046401234567" and "040 1234567" are one number to whoever searches.
"""

import re
from collections.abc import Callable
from functools import cache
from unicodedata import decimal

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    national_significant_number,
)

# A run of digits with what people write between them.
_RUN = re.compile(r"\+?\(?\d[\d\s()./\-\u2010-\u2013]*\d")
_NO_DIGIT = re.compile(r"[^0-9]+")
_TRUNK = re.compile(r"\(0+\)")
# What stands before a number that is not written with its country; and instead of a plus.
NATIONAL, ABROAD = "0", "00"
# Fewer digits are a house number, more are no phone.
LEAST, MOST = 5, 20
# All of it said: the plus, the country, no nought to dial at home. E.164 has up to 15 digits.
_WHOLE = re.compile(r"\+[1-9](?:[0-9]{6,14}|(?:[ ()-]{0,2}[0-9]){6,14})")
_NO_DIGITS = str.maketrans("", "", " ()-")
# Within Russia and its neighbours an 8 stands where others have a 0.
_EIGHT, _EIGHT_LEAST = "8", 9


def search_digits(phone: str) -> str:
    """What of a stored number the search finds: "46401234567", or "0401234567" by itself."""
    number = phone.partition(";")[0]
    digits = _digits(number)
    if not digits:
        return ""
    if _is_international(number, digits):
        return digits.removeprefix(ABROAD)
    return NATIONAL + digits.lstrip(NATIONAL)


def plain_e164(typed: str) -> str:
    """The number of who wrote all of it, as "+46 40 123 45 67"; blank where that is not plain.

    Says what `phonenumbers.parse` and `format_number` say of it, in a tenth of their time: where
    the digits behind the code of the country are as many as a number there has, and do not begin
    as what is dialled before one, nothing is to be taken away.
    """
    if not typed.startswith("+") or not _WHOLE.fullmatch(typed):
        return ""
    number = typed.translate(_NO_DIGITS)
    for end in (2, 3, 4):
        if known := _numbers_of(number[1:end]):
            lengths, dialled_before = known
            is_plain = len(number) - end in lengths and number[end] != NATIONAL
            return number if is_plain and not dialled_before.match(number, end) else ""
    return ""


@cache
def _numbers_of(code: str) -> tuple[frozenset[int], re.Pattern[str]] | None:
    """How long numbers behind the code of a country are, and what is dialled before one there;
    None for what is no code."""
    if int(code) not in COUNTRY_CODE_TO_REGION_CODE:
        return None
    region = COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    rules = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if rules is None or rules.general_desc is None:
        return frozenset(), _NOTHING
    before = rules.national_prefix_for_parsing
    return frozenset(rules.general_desc.possible_length), re.compile(before) if before else _NOTHING


_NOTHING = re.compile("(?!)")


def spellings(words: str) -> set[str]:
    """The same words with each phone number in them as `search_digits` may have stored it."""
    return {_RUN.sub(_written(way), words) for way in (_bare, _national, _without_eight)}


def _written(way: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    def write(run: re.Match[str]) -> str:
        number = _TRUNK.sub("", run[0])
        return way(number) if LEAST <= len(_digits(number)) <= MOST else run[0]

    return write


def _bare(number: str) -> str:
    """The digits that are in it whether or not the country stands before them."""
    return _digits(number).lstrip(NATIONAL)


def _national(number: str) -> str:
    """As it was stored from somebody who left the country out."""
    digits = _digits(number)
    if not _is_international(number, digits):
        return _bare(number)
    try:
        parsed = phonenumbers.parse("+" + digits.removeprefix(ABROAD), None)
    except NumberParseException:
        return _bare(number)
    return NATIONAL + national_significant_number(parsed)


def _without_eight(number: str) -> str:
    bare = _bare(number)
    return bare[1:] if bare.startswith(_EIGHT) and len(bare) >= _EIGHT_LEAST else bare


def _is_international(number: str, digits: str) -> bool:
    return number.lstrip(" (").startswith("+") or digits.startswith(ABROAD)


def _digits(text: str) -> str:
    """The decimal digits of any script, as those of ours."""
    if text.isascii():
        return _NO_DIGIT.sub("", text)
    return "".join(str(decimal(char)) for char in text if char.isdecimal())

"""What pages say to strangers by themselves, in the language of the page: a table of words.

Few words for few pages: a table is read as it stands and whole in every language, or a test fails,
where catalogues would have to be compiled by who installs the portal.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.trans_real import parse_accept_lang_header

from leads.checks.reading import Wrong

_PATH = Path(__file__).with_name("languages.json")
ENGLISH = "en"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
# How browsers call some of them as well.
_SAME = {"no": "nb", "nn": "nb", "iw": "he"}
_OF_CODES = {
    "invalid_email": "email",
    "invalid_address": "website",
    "too_long": "too_long",
    "not_a_choice": "choice",
    "unknown_country": "choice",
    "not_finite": "number",
    **dict.fromkeys(["invalid_date", "invalid_day", "invalid_time", "no_offset"], "date"),
}


@dataclass(frozen=True)
class Words:
    """Of one language; {} is the label of a field."""

    # What the language calls itself.
    name: str
    send: str
    optional: str
    missing: str
    # Before the title of a page, and above what is wrong.
    error: str
    problem: str
    # What is wrong with an answer.
    email: str
    website: str
    number: str
    date: str
    choice: str
    too_long: str
    unclear: str
    tick: str
    # What else happens.
    busy: str
    thanks_title: str
    thanks: str
    closed_title: str
    closed: str
    # For who cannot see that it is hidden.
    trap: str
    # What a new form asks.
    work_email: str
    first_name: str
    last_name: str
    company: str
    code: str

    @property
    def direction(self) -> str:
        return "rtl" if self.code in _RIGHT_TO_LEFT else "ltr"

    def wrong(self, wrong: Wrong, *, is_number: bool) -> str:
        """What is wrong with an answer; in English as the check itself has it."""
        if self.code == ENGLISH:
            return wrong.detail
        name = _OF_CODES.get(wrong.code, "number" if is_number else "unclear")
        return str(getattr(self, name))


WORDS = {
    code: Words(**words, code=code)
    for code, words in json.loads(_PATH.read_text(encoding="utf-8")).items()
}
# To choose from: English, then by their codes.
LANGUAGES = tuple((code, words.name) for code, words in WORDS.items())


def words_of(code: str) -> Words:
    return WORDS.get(code, WORDS[ENGLISH])


def wanted(header: str) -> Words:
    """The words of the language a browser asks for first, of those that there are."""
    for tag, _ in parse_accept_lang_header(header[:200]):
        code = tag.partition("-")[0]
        if words := WORDS.get(_SAME.get(code, code)):
            return words
    return WORDS[ENGLISH]

"""The words for strangers are whole in every language."""

import dataclasses
import json

import pytest

from leads.inbound import languages
from leads.inbound.languages import LANGUAGES, WORDS, Words, wanted, words_of

NAMES = [field.name for field in dataclasses.fields(Words)]


def test_the_larger_languages_are_there_english_first():
    codes = [code for code, _ in LANGUAGES]

    assert codes[0] == "en" and codes[1:] == sorted(codes[1:])
    assert {"de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ar"} <= set(codes)


@pytest.mark.parametrize("code", WORDS)
def test_every_word_is_said_and_names_the_field(code):
    words = dataclasses.asdict(WORDS[code])

    assert all(words[name].strip() == words[name] != "" for name in NAMES)
    assert {name for name in NAMES if "{" in words[name]} == {"missing"}
    assert words["missing"].count("{}") == 1
    assert len(words["send"]) <= 40


@pytest.mark.parametrize("code", [code for code in WORDS if code != "en"])
def test_nothing_is_left_in_english_or_in_another_language(code):
    mine = dataclasses.asdict(WORDS[code])
    for other in WORDS.keys() - {code}:
        theirs = dataclasses.asdict(WORDS[other])
        # Neighbours share short words, never a sentence, but for these two.
        sentences = [name for name in NAMES if " " in mine[name] and name != "missing"]
        same = [name for name in sentences if mine[name] == theirs[name]]
        assert not same or {code, other} == {"da", "nb"}


def test_no_word_is_twice_in_the_file():
    def once(pairs):
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)

    json.loads(languages._PATH.read_text(encoding="utf-8"), object_pairs_hook=once)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.5, fr", "fr"),
        ("no", "nb"),
        ("zh-Hant-TW", "zh"),
        ("tlh, *", "en"),
        ("", "en"),
    ],
)
def test_a_browser_gets_what_it_asks_for_first_of_what_there_is(header, code):
    assert wanted(header).code == code


def test_what_runs_from_right_to_left():
    assert [code for code in WORDS if WORDS[code].direction == "rtl"] == ["ar", "fa", "he", "ur"]
    assert words_of("tlh").code == "en"

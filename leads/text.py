"""Normalised twins of text: SQL compares plain keys, and only this module makes them."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby

from django.db.models import Q

from leadportal.world.folding import LETTERS
from leads.phones import search_digits, spellings

# A run of letters and digits, or a run of anything else but spaces.
_TOKEN = re.compile(r"[^\W_]+|(?:[^\w\s]|_)+")
# One word, in a text where a comma stands for every sign but these three: an initialism ("v.p.",
# "v. p."), a letter with the signs that make another name of it ("c++", "c#", "a+"), or a run of
# letters and digits. A single + before a word is a gap, as in "r+d".
_LETTER, _IN_WORD = r"[^\W\d_]", r"[^ ,.+#]"
_WORD = re.compile(
    rf"(?<!{_IN_WORD})(?:{_LETTER}(?:\.{_LETTER})+(?!{_IN_WORD})"
    rf"|{_LETTER}\.(?: +{_LETTER}\.)+(?!{_IN_WORD})"
    rf"|{_LETTER}(?:\+\++|#|\+(?!{_IN_WORD})))"
    rf"|{_IN_WORD}+"
)
_OF_WORDS = frozenset(".+#")
_BETWEEN = {"space": " ", "other": ","}
_JOINED = str.maketrans("", "", ". ")
# Invisible inside words: soft hyphens, zero-width joiners, what encircles a sign.
_INVISIBLE = frozenset({"Cf", "Me"})
_VARIANTS = range(0xFE00, 0xFE10)


def _fold(text: str) -> str:
    """Case and accents gone, so that "Zoë" and "ZOE" are one."""
    if text.isascii():
        return text.lower()
    if _IS_LATIN(text):
        return text.translate(_LATIN)
    return _fold_any(text)


def _fold_any(text: str) -> str:
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in spread if not _is_accent(char))


def _is_accent(char: str) -> bool:
    """Whether a word is the same without it, as without the points of Hebrew and Arabic.

    The vowel signs of Devanagari or Thai and the voicing marks of kana are marks too, but make
    another word. Unicode tells them by their combining class.
    """
    place = unicodedata.combining(char)
    if place:
        return place >= 200 or 10 <= place <= 36
    return unicodedata.category(char) in _INVISIBLE or ord(char) in _VARIANTS


# Letters with no mark beside them fold one by one, in a fifth of the time.
_IS_LATIN = re.compile("[\0-\u024f]*").fullmatch
_LATIN = {n: _fold_any(chr(n)) for n in range(0x250)}


def _tokens(text: str) -> list[str]:
    """The words and what stands between them; a word is a run of letters or digits."""
    if text.isascii():
        return _TOKEN.findall(text)
    return ["".join(run) for kind, run in groupby(text, _kind) if kind != "space"]


def _kind(char: str) -> str:
    # Only a whole look tells which marks belong to a word: a pattern knows none of them.
    if char.isspace():
        return "space"
    return "word" if char.isalnum() or unicodedata.category(char)[0] == "M" else "other"


_GAPS = {
    n: _BETWEEN[kind]
    for n in range(128)
    if (kind := _kind(chr(n))) != "word" and chr(n) not in _OF_WORDS
}


@lru_cache(maxsize=8192)
def key(text: str, limit: int = 0) -> str:
    """The twin of one text: tokens between single spaces, as " vp , sales ".

    A padded twin lets one column answer both questions: equal is `=`, a whole word is
    `LIKE '% vp %'`. With `limit` whole tokens are kept while they fit the column.
    """
    folded = _fold(text)
    # One word of plain letters, as most names are.
    joined = folded if folded.isalnum() and folded.isascii() else " ".join(_tokens(folded))
    if not joined:
        return ""
    padded = f" {joined} "
    if not limit or len(padded) <= limit:
        return padded
    cut = padded.rfind(" ", 0, limit)
    return padded[: cut + 1] if cut else f"{padded[: limit - 1]} "


@lru_cache(maxsize=8192)
def word_key(text: str) -> str:
    """What a list of words is held against: the words alone, as " vice president " or " vp ".

    Signs and spaces between words are gaps, whichever they are: "Vice-President" and "vice
    president" are one. Letters with dots are one word: "V.P." is "vp". Blank without a word.
    """
    found = [word.translate(_JOINED) for word in _WORD.findall(_plain_gaps(_fold(text)))]
    return f" {' '.join(found)} " if found else ""


def _plain_gaps(folded: str) -> str:
    """The text with one space for each kind of space, and a comma for each sign of no word."""
    if folded.isascii():
        return folded.translate(_GAPS)
    return "".join(c if c in _OF_WORDS else _BETWEEN.get(_kind(c), c) for c in folded)


def word_keys(texts: Mapping[str, str]) -> dict[str, str] | None:
    """The words of those texts whose `key` does not hold them one after the other; else None.

    Most texts have nothing between their words, so the twin answers for both.
    """
    found = {name: words for name, text in texts.items() if (words := own_words(text))}
    return found or None


@lru_cache(maxsize=8192)
def own_words(text: str) -> str:
    """The `word_key`, or blank where a search in the `key` finds the same words."""
    # Letters and spaces are most of what there is.
    folded = _fold(text)
    if folded.replace(" ", "").isalnum() and folded.isascii():
        return ""
    words = word_key(text)
    return "" if words in key(text) else words


def name_key(text: str, limit: int) -> str:
    """The twin of a name that is looked up whole (a source, a campaign): not padded."""
    return key(text).strip()[:limit].strip()


# What may stand between the words of a name, or not, and it is still the same name.
BETWEEN = " -_\u2010\u2011\u2012\u2013\u2014"
_BARE = str.maketrans("", "", BETWEEN)


@lru_cache(maxsize=8192)
def folded_key(text: str, limit: int | None = None) -> str:
    """A name by which it is found however it is written: "Google Ads" is "google-ads".

    A name of nothing but signs between words stands for itself.
    """
    found = key(text).strip()[:limit].strip()
    return found.translate(_BARE) or found


# "O’Neill" is "oneill" to whoever searches: an apostrophe is typed in many ways, or not at all.
_NONE = dict.fromkeys(map(ord, "'’‘`´ʻʼ"))
_PLAIN = LETTERS | _NONE


def plain(*parts: str) -> str:
    """Texts as one asks for them: without case, accents, and the letters a keyboard lacks."""
    return " ".join(_fold(" ".join(parts)).translate(_PLAIN).split())


@lru_cache(maxsize=8192)
def person_key(first: str, last: str, limit: int = 210) -> str:
    """What makes two full names one: their words in order of the alphabet; blank without a name.

    "Zoë O’Neill" is "oneill zoe", and so is "O'Neill, Zoe" in a single field.
    """
    # By the twins of the names, which are made anyway.
    names = (n if n.isalnum() else n.translate(_NONE) for n in (first, last))
    joined = "".join(key(name, 0) for name in names)
    if not joined.isascii():
        joined = joined.translate(LETTERS)
    return " ".join(sorted(w for w in joined.split() if w[0].isalnum()))[:limit].rstrip()


def search_key(*parts: str, phone: str = "") -> str:
    """Everything the search box may find, folded and joined; read by trigrams.

    "Jürgen" is found as "jurgen" and as "juergen", and a phone number in any spelling.
    """
    text = " ".join(parts)
    folded, more = plain(text), []
    if _IS_SPELT(text):
        known = set(folded.split())
        more = [word for word in plain(text.translate(_SPELT)).split() if word not in known]
    return " ".join(filter(None, [folded, *more, search_digits(phone)]))


# How letters with marks are written by who has none, in German and in the north.
_SPELT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe", "Å": "aa"}
)
_IS_SPELT = re.compile(f"[{''.join(map(chr, _SPELT))}]").search
# Shorter words hold no trigram, so only beginnings of words are found through the index.
TRIGRAM = 3


def has_words(words: str, field: str = "search_key") -> Q:
    """Leads whose name, mail, company or phone has every word; reads lead_search_trgm."""
    found = Q()
    # No text of ours holds NUL, and PostgreSQL takes none in a question either.
    words = words.replace("\0", " ")
    for spelt in sorted({words, *spellings(words)}):
        found |= _has_all(plain(spelt).split(), field)
    return found


def _has_all(words: list[str], field: str) -> Q:
    found = Q()
    for word in words:
        if len(word) >= TRIGRAM:
            found &= Q(**{f"{field}__contains": word})
        else:
            found &= Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})
    return found

"""Normalised twins of text: SQL compares plain keys, and only this module makes them."""

import re
import unicodedata
from functools import lru_cache

# A run of letters and digits of any script, or a run of anything else but spaces.
_TOKEN = re.compile(r"[^\W_]+|(?:[^\w\s]|_)+")
# Invisible inside words: combining marks, soft hyphens, zero-width joiners.
_INVISIBLE = frozenset({"Mn", "Me", "Cf"})


def _fold(text: str) -> str:
    """Case and accents gone, so that "Zoë" and "ZOE" are one."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in spread if unicodedata.category(char) not in _INVISIBLE)


@lru_cache(maxsize=8192)
def key(text: str, limit: int = 0) -> str:
    """The twin of one text: tokens between single spaces, as " vp , sales ".

    A padded twin lets one column answer both questions: equal is `=`, a whole word is
    `LIKE '% vp %'`. With `limit` whole tokens are kept while they fit the column.
    """
    joined = " ".join(_TOKEN.findall(_fold(text)))
    if not joined:
        return ""
    padded = f" {joined} "
    if not limit or len(padded) <= limit:
        return padded
    cut = padded.rfind(" ", 0, limit)
    return padded[: cut + 1] if cut else f"{padded[: limit - 1]} "


def name_key(text: str, limit: int) -> str:
    """The twin of a name that is looked up whole (a source, a campaign): not padded."""
    return key(text).strip()[:limit].strip()


def search_key(*parts: str) -> str:
    """Everything the search box may find, folded and joined; read by trigrams."""
    return " ".join(" ".join(_fold(part).split()) for part in parts if part)

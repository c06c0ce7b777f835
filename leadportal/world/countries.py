"""ISO 3166-1: every country by its code, and its code by any name that people write.

Names are those of the standard, other English ones in use (`data/countries.tsv`, kept by hand)
and those of about 70 languages (`data/country_names.tsv`, made from Unicode CLDR by
`data/make.py`). A name never stands for two countries: where English and another language
disagree, English decides ("Congo" is the one with Brazzaville, as in the standard), and a name
that two other languages give to two countries ("Kongo") is unknown. So is a foreign name that
without its accents is a code ("Áo" is Austria in Vietnamese, AO is Angola) or as short as one.
"""

from functools import cache

from leadportal.world.folding import fold
from leadportal.world.tables import read_rows

_ROWS = read_rows("countries.tsv")

# The name people use in English, by two letters, and the two letters by three.
COUNTRIES: dict[str, str] = {code: name for code, _, name, *_ in _ROWS}
ALPHA_3: dict[str, str] = {alpha_3: code for code, alpha_3, *_ in _ROWS}


def country_name(code: str) -> str:
    """The English name of a code of two letters; a code nobody knows stays as it is."""
    return COUNTRIES.get(code.upper(), code)


def country_code(text: str) -> str:
    """The two letters of a country from its code or a name; blank when unknown.

    Understands "ir", "IRN", "Iran", "Iran, Islamic Republic of" and "ایران".
    """
    letters = text.strip().upper()
    if letters in COUNTRIES:
        return letters
    return ALPHA_3.get(letters) or _names().get(fold(text), "")


def english_names() -> dict[str, str]:
    """The code of each name in English, folded."""
    return {
        fold(name): code
        for code, _, *names in _ROWS
        for cell in names
        for name in cell.split("; ")
        if name
    }


@cache
def _names() -> dict[str, str]:
    """The code of each name in every language, folded. Read when first asked for a name."""
    found: dict[str, str] = {}
    for code, *names in read_rows("country_names.tsv"):
        found.update(dict.fromkeys(names, code))
    return found | english_names()

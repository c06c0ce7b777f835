"""Makes `country_names.tsv` from the data of Unicode CLDR. Run by hand, for a newer CLDR:

    npm pack cldr-localenames-full@48.2.0
    python -m leadportal.world.data.make cldr-localenames-full-48.2.0.tgz

The package of CLDR itself is read, as Babel leaves out the short and the further names
("Hongkong", "USA", "Elfenbeinküste"). What a name means is never guessed: names that are codes
or as short, and names that languages give to different countries, are left out and printed.
"""

import json
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from leadportal.world.countries import ALPHA_3, COUNTRIES, english_names
from leadportal.world.folding import fold
from leadportal.world.tables import DATA

# The world's larger languages and the official ones of Europe; regions whose names differ.
_TAGS = """
    af am ar az be bg bn bs ca cs da de de-AT de-CH el en en-GB es es-419 es-MX et eu fa fi fil fr
    fr-CA ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lt lv mk ml mr ms mt my nb ne nl nn
    pa pl pt pt-PT ro ru si sk sl sq sr sr-Latn sv sw ta te th tr uk ur uz vi zh zh-Hant zh-Hant-HK
"""
LOCALES = _TAGS.split()
ABOUT = """\
# Countries in {languages} languages, from Unicode CLDR {version}; licence: LICENSE.unicode.
# Made by make.py, not by hand. A row: two letters; the names as folding.py folds them.
"""
# How German is written without its letters: "Oesterreich".
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def main(package: Path) -> None:
    """Write the names and their licence beside this file."""
    texts = _texts(package)
    meant = defaultdict(set)
    for locale in LOCALES:
        for name, code in _names_in(locale, texts[f"main/{locale}/territories.json"]):
            meant[name].add(code)
    version = json.loads(texts["package.json"])["version"]
    about = ABOUT.format(version=version, languages=len({_language(tag) for tag in LOCALES}))
    rows = ["\t".join((code, *names)) + "\n" for code, names in sorted(_sure(meant).items())]
    (DATA / "country_names.tsv").write_text(about + "".join(rows), encoding="utf-8")
    (DATA / "LICENSE.unicode").write_text(texts["LICENSE"], encoding="utf-8")


def _texts(package: Path) -> dict[str, str]:
    """The files of the package that are needed here, by their path in it."""
    wanted = {"LICENSE", "package.json", *(f"main/{tag}/territories.json" for tag in LOCALES)}
    with tarfile.open(package) as archive:
        files = {path: archive.extractfile(f"package/{path}") for path in wanted}
        return {path: file.read().decode() for path, file in files.items() if file}


def _language(tag: str) -> str:
    return tag.partition("-")[0]


def _names_in(locale: str, text: str) -> Iterator[tuple[str, str]]:
    """Every name of a country in one locale, folded, with the country's code."""
    places = json.loads(text)["main"][locale]["localeDisplayNames"]["territories"]
    for place, name in places.items():
        # A place is "HK", or "HK-alt-short" for a further name of it.
        code = place.partition("-")[0]
        if code in COUNTRIES:
            yield fold(name), code
            if _language(locale) == "de":
                yield fold(name.translate(_GERMAN)), code


def _sure(meant: dict[str, set[str]]) -> dict[str, list[str]]:
    """The names of each country that English does not know and that mean nothing else."""
    english = english_names()
    sure = defaultdict(list)
    for name, codes in sorted(meant.items()):
        if codes == {english.get(name)}:
            continue
        if against := _against(name, codes, english):
            print(f"left out: {name} ({', '.join(sorted(codes))}), {against}")
        else:
            (code,) = codes
            sure[code].append(name)
    return sure


def _against(name: str, codes: set[str], english: dict[str, str]) -> str:
    """Why a name is no sure sign of its country; blank when it is."""
    if name in english:
        return f"{english[name]} in English"
    if len(codes) > 1:
        return "different countries"
    if name.upper() in ALPHA_3 or (name.isascii() and len(name.replace(" ", "")) < 3):
        return "a code, or like one"
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))

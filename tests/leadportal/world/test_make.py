import io
import json
import tarfile
from pathlib import Path

from leadportal.world.data import make


def package(at: Path, names: dict[str, dict[str, str]]) -> Path:
    """A package as CLDR publishes it, with a few names."""
    files = {"package.json": json.dumps({"version": "99.1"}), "LICENSE": "Do as you like."}
    for locale, places in names.items():
        tree = {"main": {locale: {"localeDisplayNames": {"territories": places}}}}
        files[f"main/{locale}/territories.json"] = json.dumps(tree)
    with tarfile.open(at / "cldr.tgz", "w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"package/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return at / "cldr.tgz"


def test_only_names_that_mean_one_country_are_taken(tmp_path, monkeypatch, capsys):
    names = {
        "de": {"AT": "Österreich", "HK-alt-short": "Hongkong", "US": "USA", "150": "Europa"},
        "nb": {"CD": "Kongo", "AT": "Østerrike"},
        "pl": {"CG": "Kongo"},
        "vi": {"AT": "Áo", "RU": "Nga", "IN": "China"},
    }
    monkeypatch.setattr(make, "LOCALES", list(names))
    monkeypatch.setattr(make, "DATA", tmp_path)

    make.main(package(tmp_path, names))

    about, *rows = (tmp_path / "country_names.tsv").read_text().splitlines()
    assert "4 languages" in about
    assert "99.1" in about
    assert [row.split("\t") for row in rows if not row.startswith("#")] == [
        ["AT", "oesterreich", "osterreich", "osterrike"]
    ]
    assert (tmp_path / "LICENSE.unicode").read_text() == "Do as you like."
    assert capsys.readouterr().out.splitlines() == [
        "left out: ao (AT), a code, or like one",
        "left out: china (IN), CN in English",
        "left out: kongo (CD, CG), different countries",
        "left out: nga (RU), a code, or like one",
    ]

"""Scripts as they are served: one file with what it needs at once, without what only we read."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from leadportal import storage

MAIN = "js/main.js"
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)


def entries() -> list[str]:
    later = loaded_by(MAIN)
    return [MAIN, *later, *(name for one in later for name in loaded_by(one)), *of_one_page()]


def loaded_by(name: str) -> list[str]:
    """What a script loads when it is needed."""
    later = re.findall(r'import\("\./([\w-]+\.js)"\)', storage.served(name))
    return [f"js/{one}" for one in later]


def of_one_page() -> list[str]:
    """What a template loads for itself."""
    templates = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    named = {name for one in templates for name in re.findall(r'"(js/[^"]+)"', one.read_text())}
    return sorted(named - {MAIN})


def test_a_module_comes_after_those_it_needs():
    order = storage.modules(MAIN)

    assert order[0] == "js/page.js" and order[-1] == MAIN
    assert len(order) == len(set(order)) > 4


@pytest.mark.parametrize("name", entries())
def test_what_is_served_has_neither_imports_nor_comments_nor_indentation(name: str):
    served = storage.served(name)

    assert not re.search(r"^(import |\s|//)", served, re.MULTILINE)


@pytest.mark.parametrize("name", entries())
def test_no_two_modules_of_one_file_declare_the_same_name(name: str):
    names = [found for module in storage.modules(name) for found in DECLARED.findall(read(module))]

    assert [one for one, times in Counter(names).items() if times > 1] == []


@pytest.mark.parametrize("name", entries())
def test_nothing_is_renamed_as_it_is_imported(name: str):
    assert not any(re.search(r"^import .* as ", read(one), re.M) for one in storage.modules(name))


def test_what_is_loaded_later_still_gives_what_is_asked_of_it():
    assert "export function begin(" in storage.served("js/typed.js")


def test_every_script_of_ours_is_served_by_some_page():
    of_pages = {module for name in entries() for module in storage.modules(name)}

    assert of_pages == {f"js/{name}" for name in scripts()}


def test_the_styles_are_one_file_with_all_of_theirs():
    served = storage.served(storage.STYLES)

    assert "@layer reset, tokens" in served and ".bar-bottom" in served and ".vh" in served
    assert not re.search(r"^\s|/\*|@import", served, re.MULTILINE)
    parts = {Path(name).name for name in storage._PART.findall(storage.read(storage.STYLES))}
    folder = Path(settings.BASE_DIR) / "static/css"
    assert parts | {"portal.css"} == {one.name for one in folder.glob("*.css")}


def scripts() -> list[str]:
    finder = finders.get_finder("django.contrib.staticfiles.finders.FileSystemFinder")
    names = [name for name, _ in finder.list([]) if name.startswith(storage.OWN_SCRIPTS)]
    return [name.removeprefix(storage.OWN_SCRIPTS) for name in names]


def read(name: str) -> str:
    return storage.read(name)

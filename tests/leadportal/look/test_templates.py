"""What holds for every template and every file that a page loads."""

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from leadportal import storage
from leadportal.kit import kit

ROOT = Path(settings.BASE_DIR)
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".svg"}
)


def script(name: str) -> int:
    """Bytes on the wire of one script of ours, with the modules it needs at once."""
    return len(gzip.compress(storage.served(name).encode()))


# What only some page or some moment needs is loaded then.
LATER = re.findall(r'import\("\./([\w-]+\.js)"\)', storage.served("js/main.js"))
LATER = [f"js/{name}" for name in LATER]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_compiles(path):
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_breaks_the_policy(path):
    text = path.read_text()

    assert not re.search(r"\sstyle\s*=|<style|\son\w+\s*=|javascript:|hx-on", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_moment_stands_in_an_attribute(path):
    # It is a <time> with attributes of its own, which would end the other one.
    assert not re.search(r'="[^"<>]*\{\{[^}]*\|(?:when|clock|ago)\b', path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_row_of_a_list_can_be_come_back_to(path):
    rows = re.findall(r"<(?:li|tr)\b[^>]*?data-row=", path.read_text())

    assert all(' id="' in row for row in rows)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_named_is_drawn(path):
    sprite = render_to_string("partials/sprite.html")

    for name in re.findall(r'{% icon "([\w-]+)"', path.read_text()):
        assert f'id="i-{name}"' in sprite


def test_css_and_own_scripts_stay_in_their_budget():
    assert script(storage.STYLES) <= 16_000
    assert script("js/main.js") <= 5_000
    assert all(
        script(name) <= 2_200 for name in [*LATER, "js/lead.js", "js/drag.js", "js/shown.js"]
    )
    assert (ROOT / "static/fonts/inter.woff2").stat().st_size <= 35_000


def test_the_kit_shows_every_partial_and_weighs_little():
    html = kit(RequestFactory().get("/kit")).content

    assert b"There is a problem" in html
    assert len(gzip.compress(html)) <= 14_000


def test_a_failed_page_needs_neither_request_nor_database():
    html = render_to_string("500.html")

    assert "This did not work" in html


def test_every_form_of_a_page_can_be_posted():
    html = kit(RequestFactory().get("/kit")).content.decode()

    forms_that_post = re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL)
    assert len(forms_that_post) >= 4
    assert all("csrfmiddlewaretoken" in form for form in forms_that_post)


class TouchForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card.")
    budget = forms.IntegerField(
        label="Budget", error_messages={"invalid": "Enter the budget as a number, like 45000"}
    )


def test_the_summary_and_the_field_say_the_same_words():
    html = render_to_string(
        "partials/form.html", {"form": TouchForm({"budget": "x"}), "verb": "Save"}
    )

    assert html.count("Enter the budget as a number, like 45000") == 2
    assert html.count("Name is missing") == 2
    assert 'href="#id_name"' in html


def test_a_field_is_tied_to_its_help_and_to_what_is_wrong():
    html = render_to_string(
        "partials/form.html", {"form": TouchForm({"budget": "x"}), "verb": "Save"}
    )

    described = re.search(r'name="name"[^>]*aria-describedby="([^"]+)"', html).group(1).split()
    assert len(described) == 2
    assert all(f'id="{name}"' in html for name in described)
    assert html.count('aria-invalid="true"') == 2


def heading(query: str, sort: str, **more: str) -> str:
    words = " ".join(f'{name}="{value}"' for name, value in more.items())
    source = '{% sort_header "Score" "score" ' + words + " %}"
    request = RequestFactory().get(f"/leads?{query}")
    return Template(source).render(Context({"request": request, "sort": sort}))


def test_a_column_head_sorts_and_keeps_the_filters():
    fresh = heading("stage=sql&after=abc", "name", first="-")

    assert 'href="?stage=sql&amp;sort=-score"' in fresh
    assert "aria-sort" not in fresh


def test_a_sorted_column_says_so_and_turns_round():
    down = heading("", "-score")
    up = heading("", "score")

    assert 'aria-sort="descending"' in down and 'href="?sort=score"' in down
    assert 'aria-sort="ascending"' in up and 'href="?sort=-score"' in up


def test_a_moment_shows_the_exact_time_on_hover():
    html = Template("{{ at|when }}|{{ nothing|when }}").render(
        Context({"at": NOON, "nothing": None})
    )

    assert 'datetime="2026-11-12T12:00:00+00:00"' in html
    assert 'title="Thursday 12 November 2026, 12:00 UTC"' in html
    assert html.endswith("|")

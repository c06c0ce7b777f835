"""What holds for every picture."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template import Context, Engine, Template

from leadportal.look import marks
from leadportal.look.bars import (
    ScoreLine,
    points_bar,
    score_bar,
    score_scale,
    score_track,
    share_bar,
)
from leadportal.look.changes import delta
from leadportal.look.clocks import sla_clock, sla_met
from leadportal.look.histogram import histogram
from leadportal.look.line_chart import Point, Series, line_charts
from leadportal.look.pictures import Picture, coordinate, draw
from leadportal.look.ribbon import ribbon
from leadportal.look.sparkline import sparkline

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MONDAYS = [date(2026, 8, 24) + timedelta(days=7 * week) for week in range(13)]
HOSTILE = '"><script>alert(1)</script>'


def pictures(text: str) -> list[Picture]:
    """One of each kind, with this text wherever a picture takes one."""
    due, started = NOW + timedelta(minutes=1), NOW - timedelta(minutes=29)
    lines = [Series(text, text, text, [60] * 13, [Point(text, text)] * 13)]
    return [
        share_bar(40, text, text),
        points_bar(5, 10, text),
        ScoreLine(text, 12),
        score_track(49, 40, 70),
        score_bar(49, 40, 70),
        score_scale(49, 40, 45, 70),
        sla_clock(due, NOW, started, label=text, late_label=text, who=text),
        sla_met(timedelta(minutes=1), text),
        delta(1, text, prefix=text),
        sparkline([1, 2], text, says=text),
        ribbon([{"count": 2, "side": text}, {"count": 1, "side": "sa"}]),
        histogram([1, 2], [2, 1], mql=45, sql=70, says=text),
        *line_charts(lines, MONDAYS, {MONDAYS[3]: text}, title=text),
    ]


def test_no_text_escapes_its_place():
    drawn = [draw(picture) for picture in pictures(HOSTILE)]
    signs = [marks.icon(HOSTILE), marks.avatar(HOSTILE, HOSTILE), marks.baton("mk", HOSTILE)]

    assert not [text for text in [*drawn, *signs] if "<script" in text]


@pytest.mark.parametrize("picture", pictures("ok"), ids=lambda one: type(one).__name__)
def test_a_picture_is_well_formed_and_knows_every_name_in_its_template(picture, monkeypatch):
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "MISSING")

    drawn = draw(picture)

    ElementTree.fromstring(f"<div>{drawn.replace(' data-clock ', ' ')}</div>")
    assert "MISSING" not in drawn


@pytest.mark.parametrize("picture", pictures("ok"), ids=lambda one: type(one).__name__)
def test_a_picture_is_heard_by_words_or_not_at_all(picture):
    drawn = draw(picture)

    for tag in re.findall(r"<svg[^>]*>", drawn):
        assert 'aria-hidden="true"' in tag or re.search(
            r'role="(img|group)" aria-label="[^"]+"', tag
        )


def test_each_drawn_template_belongs_to_a_picture():
    named = {picture.template for picture in pictures("ok")}

    assert named == {str(path.relative_to(TEMPLATES)) for path in (TEMPLATES / "look").iterdir()}


def test_a_picture_of_nothing_is_no_markup():
    assert draw(None) == ""


def test_no_space_stands_around_a_picture():
    assert not [drawn for drawn in map(draw, pictures("ok")) if drawn != drawn.strip()]


def test_a_tag_draws_what_its_function_lays_out():
    html = Template('{% share_bar 81 "bad" %}|{% sparkline one %}|{% draw picture %}').render(
        Context({"one": [5], "picture": share_bar(7)})
    )

    assert html == f"{draw(share_bar(81, 'bad'))}||{draw(share_bar(7))}"


@dataclass(frozen=True)
class Place(Picture):
    template: ClassVar[str] = "look/bar.svg"

    width: int
    share: float
    fill: str = "mk"


def test_coordinates_have_no_separators_of_any_language(settings):
    settings.USE_THOUSAND_SEPARATOR = True

    assert 'width="1440"' in draw(Place(1440, 12.5))
    assert 'width="12.5%"' in draw(Place(1440, 12.5))


@pytest.mark.parametrize(("value", "text"), [(12.34, "12.3"), (12.0, "12"), (0.04, "0")])
def test_a_coordinate_says_no_more_than_it_must(value, text):
    assert coordinate(value) == text

"""A drawing that is texts and names only is filled without the language of templates."""

from datetime import timedelta

import pytest
from django.template import Context, Engine
from django.utils import timezone
from django.utils.safestring import SafeString

from leadportal.look import bars, clocks
from leadportal.look.pictures import _pieces, draw

NOW = timezone.now()
MINUTES = timedelta(minutes=1)


def clock(left: int, **words: str) -> clocks.Clock:
    return clocks.sla_clock(NOW + left * MINUTES, NOW, NOW - 30 * MINUTES, **words)


@pytest.mark.parametrize(
    "picture",
    [
        clock(200, label="to claim"),
        clock(1, label='<b title="x">', who="O'Neill & Sons"),
        clock(-5, label="to claim", late_label="overdue", who=SafeString("<i>Zoë</i>")),
        bars.share_bar(61.25),
        bars.score_bar(40, 20, None),
        bars.score_bar(40, 20, 65),
    ],
)
def test_it_reads_as_the_language_of_templates_would_write_it(picture):
    template = Engine.get_default().get_template(picture.template)

    assert draw(picture) == template.render(Context(vars(picture), use_l10n=False)).strip()
    assert isinstance(draw(picture), SafeString)


@pytest.mark.parametrize(
    "template",
    [
        "look/clock.html",
        "look/score_bar.html",
        "leads/queue/partials/claim.html",
        "leads/queue/partials/row.html",
        "leads/table/partials/row.html",
    ],
)
def test_what_each_row_has_needs_no_language(template):
    assert _pieces(Engine.get_default().get_template(template).source)

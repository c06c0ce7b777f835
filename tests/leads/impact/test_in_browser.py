"""The deals of the past in a real browser, on the narrowest of phones."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from funnel.stages import Stage
from funnel.versions import editing
from tests import factories
from tests.browser import open_whole
from tests.leads.impact.conftest import lines, vp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True), (1440, False)])
def test_the_pages_of_the_past_do_not_scroll_sideways(
    sign_in: Callable[..., Page], axe: Callable[[Page], None], width: int, dark: bool
) -> None:
    version = editing.draft(lines(50, 60), author=factories.marketer())
    editing.propose(version)
    won = vp(name="Anna Konstantinopolitanischer", stage=Stage.WON)
    factories.event(won, "demo_request", ago=timedelta(days=90))
    page = sign_in(factories.marketer(), width=width, dark=dark)

    for url in (
        f"/criteria/{version.number}/past",
        f"/criteria/{version.number}/deals?of=won&by=all",
    ):
        open_whole(page, url)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
    expect(page.get_by_role("cell", name="handed over")).to_have_count(2)
    expect(page.get_by_role("link", name="Anna Konstantinopolitanischer")).to_be_visible()

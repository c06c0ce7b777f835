"""Who waits in nurture, in a real Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests import factories

SignIn = Callable[..., Page]


@pytest.mark.parametrize("dark", [False, True])
def test_what_may_be_done_with_a_row_stands_on_one_line(
    live_portal: object, sign_in: SignIn, axe: Callable[[Page], None], dark: bool
) -> None:
    factories.nurtured(factories.rep())
    page = sign_in("marketing", dark=dark)
    page.goto("/nurture")

    edit, back = (page.locator("[data-row] .btn", has_text=one) for one in ("Edit", "Bring back"))

    assert edit.bounding_box()["y"] == back.bounding_box()["y"]
    axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

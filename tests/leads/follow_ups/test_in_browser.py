"""The next try in a real Chromium: offered where there is somebody to try again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from leads.models import Touch
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("javascript", [True, False])
def test_the_next_try_is_offered_unless_it_was_the_wrong_person(
    sign_in: Callable[..., Page], live_portal: object, javascript: bool
) -> None:
    rep = factories.rep()
    held = factories.claimed(rep)
    page = sign_in(rep, javascript=javascript)
    page.goto(f"/handoffs/{held.pk}/touch")
    next_try = page.get_by_role("group", name="Next try")
    next_try.get_by_label("Tomorrow").check()

    page.get_by_label("Wrong person").check()
    expect(next_try).to_be_hidden()
    page.get_by_label("No answer").check()
    expect(next_try).to_be_visible()
    page.get_by_label("Wrong person").check()
    page.get_by_role("button", name="Save touch").click()

    expect(page.locator(".toast")).to_contain_text("First touch logged")
    assert Touch.objects.get().result == Touch.Result.WRONG_PERSON

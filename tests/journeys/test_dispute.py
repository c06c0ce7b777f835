"""A dispute to its end without a script: a rep rejects, marketing disputes, the arbiter decides."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from funnel.models import CriteriaVersion, VersionState
from leads.handoffs import claims
from leads.models import Answer, Handoff, HandoffState
from tests import factories

SignIn = Callable[..., Page]


@pytest.fixture
def held(live_portal: object) -> Handoff:
    factories.reason("Too small")
    return claims.claim(
        factories.handoff(factories.lead("Maya Lindqvist", stage="sql", fit=49, intent=40)),
        factories.rep(),
    )


def reject(page: Page, handoff: Handoff) -> None:
    page.goto(f"{handoff.get_absolute_url()}?from=mine")
    page.get_by_role("link", name="Reject").first.click()
    page.get_by_label("Too small").check()
    page.get_by_label("In a sentence").fill("Nine people")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("is back with Marketing: Too small.")).to_be_visible()


def dispute(page: Page, arbiter: User) -> None:
    page.goto("/rejections")
    page.locator(".peek .acts").get_by_role("link", name="Dispute").click()
    page.get_by_label("Why sales should take it").fill("They grow to ninety")
    page.get_by_label("Who decides").select_option(label=str(arbiter))
    page.get_by_role("button", name="Send to the arbiter").click()
    expect(page.get_by_text(f"{arbiter} decides about Maya Lindqvist")).to_be_visible()


def decide(page: Page, label: str) -> None:
    """From the first page, by what it says needs them."""
    page.goto("/overview")
    page.get_by_role("link", name="Decide").click()
    for words in ("Nine people", "They grow to ninety"):
        expect(page.locator(".peek")).to_contain_text(words)
    page.locator(".peek .acts").get_by_role("link", name="Decide").click()
    for words in ("Nine people", "They grow to ninety"):
        expect(page.locator("main")).to_contain_text(words)
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Choose a decision.").first).to_be_visible()
    page.get_by_label(label).check()
    page.get_by_label("Because").fill("We agreed on plans")
    page.get_by_role("button", name="Decide").click()


@pytest.mark.parametrize(
    ("label", "said", "stands"),
    [
        (
            "Upheld",
            "The rejection stands. Marketing answers for Maya Lindqvist.",
            "marketing answers",
        ),
        (
            "Overturned",
            "Maya Lindqvist is handed over again, with a fresh clock.",
            "a rep claims it",
        ),
        ("Definition unclear", "The case is in the note of the draft.", "marketing answers"),
    ],
)
def test_a_dispute_is_played_to_its_end_without_a_script(
    sign_in: SignIn, held: Handoff, label: str, said: str, stands: str
) -> None:
    helena, marketer = factories.marketing_manager(), factories.marketer()
    reject(sign_in(held.claimed_by, javascript=False), held)
    dispute(sign_in(marketer, javascript=False), helena)
    arbiter = sign_in(helena, javascript=False)

    decide(arbiter, label)

    expect(arbiter.get_by_text(said)).to_be_visible()
    arbiter.goto(held.get_absolute_url())
    expect(arbiter.locator(".next")).to_contain_text(stands)
    expect(arbiter.locator("#timeline")).to_contain_text("We agreed on plans")
    goes_on(sign_in, marketer, held, label)


def goes_on(sign_in: SignIn, marketer: User, held: Handoff, label: str) -> None:
    """Sales has it again with a fresh clock, or it is marketing's turn; a draft has the case."""
    draft = CriteriaVersion.objects.filter(state=VersionState.DRAFT).first()
    assert bool(draft) == (label == "Definition unclear")
    if draft:
        assert "We agreed on plans" in draft.note
    if label == "Overturned":
        fresh = Handoff.objects.exclude(pk=held.pk).get()
        assert fresh.state == HandoffState.OPEN and fresh.opened_at > held.opened_at
        return
    page = sign_in(marketer, javascript=False)
    page.goto("/rejections")
    page.locator(".peek .acts").get_by_role("link", name="Close").click()
    expect(page.locator("main")).to_contain_text("We agreed on plans")
    page.get_by_role("button", name="Close the lead").click()
    expect(page.get_by_text("Maya Lindqvist is closed.")).to_be_visible()
    kinds = list(Answer.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["dispute", "close"]

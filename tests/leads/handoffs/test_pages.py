"""Claim, take next, log a touch, give back: works, wrong role, not visible, GET, lost race."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import Portal, User
from funnel.models import Queue
from leads.handoffs import claims
from leads.models import Handoff, Touch
from tests import factories
from tests.leads.conftest import HTMX

As = Callable[[User], Client]
POSTS_ONLY = ["/handoffs/{pk}/claim", "/queue/next"]
FORMS = ["/handoffs/{pk}/touch", "/handoffs/{pk}/release"]


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.fixture
def handoff(db: None) -> Handoff:
    return factories.handoff()


@pytest.fixture
def colleague(db: None) -> User:
    return factories.rep("Marcus Bell")


# --- claim -------------------------------------------------------------------------------------


def test_a_claim_opens_the_lead_and_says_until_when(
    as_user: As, rep: User, handoff: Handoff
) -> None:
    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/claim")

    handoff.refresh_from_db()
    assert handoff.claimed_by == rep
    assert answer.status_code == 302
    assert answer["Location"] == f"/leads/{handoff.lead_id}"
    due = timezone.localtime(handoff.touch_due_at)
    assert said(answer).startswith("Claimed. First touch is due by")
    assert f"{due:%H:%M}." in said(answer)


def test_a_claim_by_htmx_sends_the_whole_browser_to_the_lead(
    as_user: As, rep: User, handoff: Handoff
) -> None:
    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/claim", headers=HTMX)

    assert answer["HX-Redirect"] == f"/leads/{handoff.lead_id}"


def test_the_loser_is_told_who_was_faster_in_place_of_the_row(
    as_user: As, rep: User, colleague: User, handoff: Handoff
) -> None:
    claims.claim(handoff, colleague, at=timezone.now() - timedelta(seconds=4))

    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/claim", headers=HTMX)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Marcus Bell claimed Maya Lindqvist 4 seconds before you. Nothing was changed." in html
    assert f'id="row-{handoff.pk}"' in html
    assert "<html" not in html
    handoff.refresh_from_db()
    assert handoff.claimed_by == colleague


def test_without_a_script_the_loser_reads_the_same_on_the_queue(
    as_user: As, rep: User, colleague: User, handoff: Handoff
) -> None:
    claims.claim(handoff, colleague)

    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/claim")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Marcus Bell claimed Maya Lindqvist" in html
    assert "Nothing was changed." in html
    assert "<h1>Queue</h1>" in html


def test_a_withdrawn_handoff_is_no_longer_waiting(as_user: As, rep: User) -> None:
    made = factories.lead(stage="mql", fit=30, intent=20)
    handoff = factories.withdrawn(made)

    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/claim", headers=HTMX)

    assert answer.status_code == 409
    assert "Maya Lindqvist is no longer waiting." in answer.content.decode()


def test_at_the_limit_a_rep_is_told_to_log_or_release_first(
    as_user: As, rep: User, handoff: Handoff
) -> None:
    Portal.objects.update_or_create(pk=1, defaults={"held_limit": 1})
    factories.claimed(rep)

    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/claim", headers=HTMX)
    plain = as_user(rep).post(f"/handoffs/{handoff.pk}/claim")

    assert answer.status_code == plain.status_code == 409
    assert answer["HX-Reswap"] == "none"
    for one in (answer, plain):
        assert "You hold 1 of 1. Log or release one first." in one.content.decode()


def test_a_claim_asks_for_session_person_settings_handoff_and_the_claim(
    as_user: As, rep: User, handoff: Handoff, django_assert_num_queries: Callable[..., Any]
) -> None:
    browser = as_user(rep)
    browser.get("/queue")

    with django_assert_num_queries(5):
        browser.post(f"/handoffs/{handoff.pk}/claim")


def test_taking_the_next_one_asks_for_session_person_settings_and_the_claim(
    as_user: As, rep: User, handoff: Handoff, django_assert_num_queries: Callable[..., Any]
) -> None:
    browser = as_user(rep)
    browser.get("/queue")

    with django_assert_num_queries(4):
        browser.post("/queue/next")


# --- take next ---------------------------------------------------------------------------------


def test_take_next_claims_the_least_time_left(as_user: As, rep: User) -> None:
    factories.handoff(minutes=30)
    first = factories.handoff(minutes=10)

    answer = as_user(rep).post("/queue/next")

    assert answer["Location"] == f"/leads/{first.lead_id}"
    first.refresh_from_db()
    assert first.claimed_by == rep


def test_take_next_of_nothing_says_so(as_user: As, rep: User) -> None:
    answer = as_user(rep).post("/queue/next")

    assert answer["Location"] == "/queue"
    assert said(answer) == "Nothing waits in your queues."


def test_take_next_at_the_limit_is_409(as_user: As, rep: User, handoff: Handoff) -> None:
    Portal.objects.update_or_create(pk=1, defaults={"held_limit": 1})
    factories.claimed(rep)

    answer = as_user(rep).post("/queue/next")

    assert answer.status_code == 409
    assert "You hold 1 of 1." in answer.content.decode()


# --- first touch -------------------------------------------------------------------------------

TALKED = {"channel": "call", "result": "talked", "note": "Wants a demo on Friday"}


def test_a_touch_stops_the_clock(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep, opened_at=timezone.now() - timedelta(minutes=12))

    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/touch", TALKED)

    handoff.refresh_from_db()
    assert answer["Location"] == f"/leads/{handoff.lead_id}"
    assert said(answer) == "First touch logged, 12 min after the handoff."
    assert handoff.first_touch_at is not None
    assert Touch.objects.get().note == "Wants a demo on Friday"
    page = as_user(rep).get(f"/leads/{handoff.lead_id}").content.decode()
    assert "to first touch, in time" in page
    assert "data-clock" not in page


def test_the_touch_form_is_a_drawer_for_htmx_and_a_page_without(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    client = as_user(rep)

    part = client.get(f"/handoffs/{handoff.pk}/touch", headers=HTMX).content.decode()
    page = client.get(f"/handoffs/{handoff.pk}/touch").content.decode()

    assert "<html" not in part and 'id="drawer-title"' in part
    assert "<html" in page and "<h1>Log first touch</h1>" in page


def test_what_was_typed_wrong_is_said_at_the_field(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)

    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/touch", {"channel": "call", "note": "Hm"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in html
    assert "Choose what came of it" in html
    assert ">Hm</textarea>" in html.replace("\n", "")
    assert not Touch.objects.exists()


def test_a_touch_before_the_handoff_is_refused_in_words(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    before = timezone.localtime(handoff.opened_at - timedelta(hours=1))

    answer = as_user(rep).post(
        f"/handoffs/{handoff.pk}/touch", TALKED | {"at": f"{before:%Y-%m-%dT%H:%M}"}
    )

    assert answer.status_code == 422
    assert "before the lead was handed over" in answer.content.decode()


def test_the_minute_of_the_handoff_counts_as_after_it(as_user: As, rep: User) -> None:
    opened = timezone.now().replace(second=40) - timedelta(minutes=5)
    handoff = factories.claimed(rep, opened_at=opened)
    minute = timezone.localtime(opened)

    answer = as_user(rep).post(
        f"/handoffs/{handoff.pk}/touch", TALKED | {"at": f"{minute:%Y-%m-%dT%H:%M}"}
    )

    assert answer.status_code == 302
    assert Touch.objects.get().at == opened


def test_an_unclaimed_lead_takes_no_touch(as_user: As, rep: User, handoff: Handoff) -> None:
    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/touch", TALKED)

    assert answer.status_code == 422
    assert "Claim the lead first" in answer.content.decode()


# --- give back ---------------------------------------------------------------------------------


def test_giving_back_needs_a_reason_and_keeps_the_clock(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    due = handoff.due_at
    url = f"/handoffs/{handoff.pk}/release"

    without = as_user(rep).post(url, {"reason": "  "})
    answer = as_user(rep).post(url, {"reason": "On leave from tomorrow"})

    assert without.status_code == 422
    assert answer["Location"] == "/queue"
    handoff.refresh_from_db()
    assert (handoff.state, handoff.claimed_by, handoff.due_at) == ("open", None, due)


def test_only_who_holds_it_gives_it_back(as_user: As, rep: User, colleague: User) -> None:
    handoff = factories.claimed(colleague)

    answer = as_user(rep).post(f"/handoffs/{handoff.pk}/release", {"reason": "I want it"})

    assert answer.status_code == 422
    assert "is not in your hands" in answer.content.decode()
    handoff.refresh_from_db()
    assert handoff.claimed_by == colleague


# --- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", POSTS_ONLY + FORMS)
@pytest.mark.parametrize("who", ["marketer", "marketing_manager", "admin"])
def test_other_roles_are_refused(as_user: As, handoff: Handoff, url: str, who: str) -> None:
    client = as_user(getattr(factories, who)())

    answer = client.post(url.format(pk=handoff.pk), TALKED | {"reason": "x"})

    assert answer.status_code == 403
    handoff.refresh_from_db()
    assert handoff.state == "open"


@pytest.mark.parametrize("url", ["/handoffs/{pk}/claim", *FORMS])
def test_a_handoff_of_another_queue_looks_like_a_missing_one(
    as_user: As, handoff: Handoff, url: str
) -> None:
    elsewhere = factories.rep("Marcus Bell", queue=Queue.objects.create(name="Nordics"))
    client = as_user(elsewhere)

    foreign = client.post(url.format(pk=handoff.pk), TALKED | {"reason": "x"})
    missing = client.post(url.format(pk=999_999), TALKED | {"reason": "x"})

    assert foreign.status_code == missing.status_code == 404


@pytest.mark.parametrize("url", POSTS_ONLY)
def test_a_link_changes_nothing(as_user: As, rep: User, handoff: Handoff, url: str) -> None:
    answer = as_user(rep).get(url.format(pk=handoff.pk))

    page = "/queue" if url == "/queue/next" else f"/handoffs/{handoff.pk}"
    assert answer["Location"] == page
    handoff.refresh_from_db()
    assert handoff.state == "open"


@pytest.mark.parametrize("url", [*POSTS_ONLY, *FORMS])
def test_a_forged_form_is_refused(rep: User, handoff: Handoff, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(rep)

    assert client.post(url.format(pk=handoff.pk), TALKED).status_code == 403

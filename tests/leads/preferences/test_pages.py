"""The page that a person comes to by their link: what it shows, and what it changes."""

import re

import pytest
from django.test import Client

from leadportal.db import clock
from leadportal.rest import rates
from leads.invariants import invariants
from leads.judging.due import drain
from leads.models import Consent, CustomField, Judgement, Lead
from leads.preferences import links, pages
from tests import factories

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def stranger() -> Client:
    """A browser that insists on tokens against forged posts, as ours does."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def old(maya) -> str:
    """A link from a mail of long ago."""
    return f"/p/{links.token(maya, clock.now() - links.FRESH)}"


def text(answer) -> str:
    body = answer.content.decode().split("<main", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def agrees(maya):
    return Lead.objects.get(pk=maya.pk).consent


def last(purpose="marketing"):
    return Consent.objects.filter(purpose=purpose).order_by("-pk").first()


def choose(stranger, path, *agreed, shown=("marketing", "newsletter")):
    return stranger.post(path, {"shown": shown, "agree": agreed})


# --- what it shows -----------------------------------------------------------------------------


def test_it_shows_what_we_hold_where_from_and_what_for(stranger, maya, path):
    maya.attributes = {"budget": 12000, "Which_topics": ["a", "b"], "utm_source": "x"}
    maya.estimated_value = 31_337
    maya.save()
    CustomField.objects.create(name="budget", label="Your budget", type="number")
    factories.event(maya, "demo_request", properties={"message": "Between us"})
    factories.event(maya, "page_view"), factories.event(maya, "page_view")

    answer = stranger.get(path)
    page = text(answer)

    assert answer.status_code == 200
    for told in (
        *("maya@brightwater.example", "VP Operations", "Sweden", "Brightwater Foods"),
        *("Your budget", "12000", "Which topics", "a, b", "Source", "Demo form"),
        *("Demo request", "Once on", "Page view", "2 times", "Yes, send me news.", "What for"),
    ):
        assert told in page, told
    for kept in ("31", "337", "Between us", "utm", "score of"):
        assert kept not in re.sub(r"\d{1,2} \w+ \d{4}|\d\d:\d\d", "", page), kept


def test_it_is_kept_by_nobody_found_by_nobody_and_framed_by_nobody(stranger, path):
    answer = stranger.get(path)

    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert "<script" not in answer.content.decode()
    assert not answer.cookies


def test_a_link_of_long_ago_shows_nothing_that_we_hold(stranger, old):
    page = text(stranger.get(old))

    assert "more than 30 days old" in page
    for told in ("maya@", "Operations", "Brightwater", "Known since", "Demo form"):
        assert told not in page, told


@pytest.mark.parametrize("way", ["", "/unsubscribe", "/scoring"])
def test_a_link_that_is_cut_does_nothing_and_says_nothing(stranger, maya, path, way):
    for method in (stranger.get, stranger.post):
        answer = method(f"{path[:-1]}{way}", follow=True)
        assert answer.status_code == 404
        assert "This link does not work" in text(answer)
        assert "noindex" in answer["X-Robots-Tag"]

    assert agrees(maya) == {"marketing": True, "newsletter": True}


def test_who_tries_out_links_is_asked_to_wait(stranger, path, monkeypatch):
    monkeypatch.setattr(rates, "rates", rates.Rates())
    monkeypatch.setattr(rates.rates, "_take", lambda key, rate: False)

    assert stranger.get(path).status_code == 200  # while nobody can count

    spent = rates.Rate(0, 60)
    monkeypatch.setattr(rates.rates, "spend", lambda key, limit: (False, spent))
    answer = stranger.get(path)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1


def test_a_page_and_a_mail_program_are_counted_apart(stranger, path, monkeypatch):
    counted = []

    def spend(key, limit):
        counted.append((key.rpartition("-")[0], limit))
        return True, None

    monkeypatch.setattr(rates.rates, "spend", spend)
    stranger.get(path), stranger.post(f"{path}/unsubscribe", ONE_CLICK)

    assert [limit for _, limit in counted] == [pages.MOST, pages.MOST_ONE_CLICKS]
    assert len(set(counted)) == 2


# --- what it changes ---------------------------------------------------------------------------


def test_what_is_not_ticked_any_more_is_withdrawn(stranger, maya, path):
    answer = choose(stranger, path, "newsletter")

    assert answer.status_code == 302
    assert "Saved." in text(stranger.get(answer.url))
    assert agrees(maya) == {"marketing": False, "newsletter": True}
    word = last()
    assert (word.channel, word.address) == ("preference page", maya.email)
    assert (word.integration, word.person) == (None, None)
    assert factories.due() == {maya.pk}


def test_what_is_ticked_again_is_given_in_the_words_of_the_page(stranger, maya, path):
    choose(stranger, path)
    assert agrees(maya) == {"marketing": False, "newsletter": False}

    choose(stranger, path, "marketing", "newsletter")

    assert agrees(maya) == {"marketing": True, "newsletter": True}
    assert last().text == "Yes, send me news."
    assert last("newsletter").text == "Your company may use my details for: newsletter."
    found = [a.offences for a in invariants.violations() if a.name == "consent_is_as_said"]
    assert found == [[]]


def test_a_tick_from_before_gives_nothing_that_was_withdrawn_since(stranger, maya, path):
    shown = ("marketing", "newsletter")
    page = stranger.get(path).content.decode()
    assert page.count('name="before"') == 2
    stranger.post(f"{path}/unsubscribe")

    stale = {"shown": shown, "agree": shown, "before": shown}
    answer = stranger.post(path, stale)

    assert "Nothing was changed." in text(stranger.get(answer.url))
    assert agrees(maya) == {"marketing": False, "newsletter": False}


def test_an_old_link_offers_to_save_while_there_is_something_to_withdraw(stranger, maya, old):
    assert ">Save<" in stranger.get(old).content.decode()
    stranger.post(f"{old}/unsubscribe")

    page = stranger.get(old).content.decode()

    assert ">Save<" not in page
    assert "see what we hold" not in page


def test_nothing_is_written_where_nothing_changed(stranger, maya, path):
    answer = choose(stranger, path, "marketing", "newsletter")

    assert "Nothing was changed." in text(stranger.get(answer.url))
    assert Consent.objects.count() == 2


def test_what_the_page_did_not_show_is_left_alone(stranger, maya, path):
    choose(stranger, path, "elsewhere", shown=["marketing", "elsewhere"])

    assert agrees(maya) == {"marketing": False, "newsletter": True}


def test_the_button_ends_everything(stranger, maya, path):
    factories.consent(maya, "sales")

    answer = stranger.post(f"{path}/unsubscribe")

    assert "unsubscribed from everything" in text(stranger.get(answer.url))
    assert agrees(maya) == dict.fromkeys(["marketing", "newsletter", "sales"], False)


def test_one_click_in_a_mail_program_ends_mail(stranger, maya, path):
    factories.consent(maya, "sales")
    body = "List-Unsubscribe=One-Click"

    answer = stranger.post(f"{path}/unsubscribe", body, "application/x-www-form-urlencoded")

    assert answer.status_code == 200  # a mail program follows nothing
    assert agrees(maya) == {"marketing": False, "newsletter": False, "sales": True}
    assert last().channel == "one-click unsubscribe"
    # Once more is done already.
    stranger.post(f"{path}/unsubscribe", ONE_CLICK)
    assert Consent.objects.filter(given=False).count() == 2


def test_opened_as_a_link_nothing_is_unsubscribed(stranger, maya, path):
    for way in ("unsubscribe", "scoring"):
        assert stranger.get(f"{path}/{way}").url == path

    assert agrees(maya) == {"marketing": True, "newsletter": True}


def test_who_objects_is_scored_no_more_and_may_take_it_back(stranger, maya, path):
    drain()

    answer = stranger.post(f"{path}/scoring", {"may": "no"})
    drain()

    assert "You objected to being scored." in text(stranger.get(answer.url))
    assert Judgement.objects.get(pk=maya.pk).total is None
    assert last("scoring").text == "I object to being scored."

    stranger.post(f"{path}/scoring", {"may": "yes"})
    drain()
    assert Judgement.objects.get(pk=maya.pk).total is not None


def test_a_link_of_long_ago_only_says_no(stranger, maya, old):
    factories.consent(maya, "scoring", given=False)
    factories.consent(maya, "newsletter", given=False)

    for answer in (
        choose(stranger, old, "marketing", "newsletter"),
        stranger.post(f"{old}/scoring", {"may": "yes"}),
    ):
        assert answer.status_code == 409
        assert "too old for that" in text(answer)
    assert agrees(maya) == {"marketing": True, "newsletter": False, "scoring": False}

    choose(stranger, old, shown=["marketing"])
    assert agrees(maya)["marketing"] is False


def test_said_while_two_are_one_it_counts_for_who_stayed(stranger, maya, path):
    heir = factories.lead()
    factories.consent(heir)
    factories.merged(maya, heir)

    stranger.post(f"{path}/unsubscribe", ONE_CLICK)

    assert agrees(heir) == {"marketing": False}
    assert last().address == maya.email


def test_a_mail_that_came_back_is_told_as_that(stranger, maya, path):
    factories.consent(maya, given=False, channel="hard_bounce")

    assert "Mail to you came back" in text(stranger.get(path))


@pytest.mark.parametrize("said", ["", "saved", "x", "Saved", "<b>"])
def test_the_address_says_nothing_but_what_we_say(stranger, path, said):
    page = stranger.get(f"{path}?said={said}").content.decode()

    assert ("Saved. It counts from now on." in page) is (said == "saved")
    assert "<b></b>" not in page

"""Criteria tried on the deals of the past: who would have been handed over while they ran."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Portal
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from funnel.versions import current, editing
from leads.impact import past
from leads.impact.recent import TooSlow
from leads.judging.basis import Basis
from leads.models import CustomField, Lead
from tests import factories
from tests.leads.conftest import HTMX
from tests.leads.impact.conftest import lines, vp
from tests.leads.scoring import reference, strategies
from tests.leads.scoring.rows import portal, undone, write

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- what is read ------------------------------------------------------------------------------


def as_of(person: reference.Person, look) -> reference.Person:
    """The person without what happened later, be it to colleagues."""

    def until(events):
        return [event for event in events if event.occurred_at <= look]

    return replace(
        person,
        events=until(person.events),
        colleagues=[until(theirs) for theirs in person.colleagues],
    )


def was_one(rulebook, person: reference.Person, moment: reference.Moment) -> bool:
    """By hand: at the end, or right after anything that happened before, an SQL."""
    looks = {moment.at, *(event.occurred_at for event in person.events)}
    scores = [
        reference.judge(rulebook, as_of(person, look), replace(moment, at=look)) for look in looks
    ]
    return any(score.target == "sql" and not score.disqualifier for score in scores)


@settings(max_examples=80)
@given(st.data())
def test_who_would_have_been_handed_over_is_who_is_one_by_hand(db, data):
    moment = data.draw(strategies.moments())
    vocabulary = strategies.vocabulary(data.draw(strategies.custom_fields()))
    people = data.draw(st.lists(strategies.people(moment.at), min_size=1, max_size=3))
    content = data.draw(strategies.contents(vocabulary, moment.at))
    rulebook = parse_content(prepared(content), vocabulary)
    # Things also happen after a deal is decided, and count for nothing.
    later = timedelta(days=data.draw(st.integers(0, 40)))
    decided = replace(moment, at=moment.at - later)

    with undone():
        ids = write(people)
        with factories.unguarded():
            Lead.objects.filter(pk__in=ids).update(stage="won", stage_since=decided.at)
        basis = Basis(current.live(), rulebook, portal(moment), moment.at)
        found = past.within_time(basis, None, 100, 60_000).of["won"]

    for person in people:
        person.events = [event for event in person.events if event.occurred_at <= decided.at]
    expected = {
        pk for pk, person in zip(ids, people, strict=True) if was_one(rulebook, person, decided)
    }
    assert sorted(found.all) == sorted(ids)
    assert (found.after, found.before) == (expected, set())


def deal(stage: str, **fields) -> Lead:
    """One that was decided a week ago, and asked for a demo 90 days ago."""
    lead, now = vp(), timezone.now()
    factories.event(lead, "demo_request", occurred_at=now - 90 * DAY)
    with factories.unguarded():
        Lead.objects.filter(pk=lead.pk).update(
            **{"stage": stage, "stage_since": now - 7 * DAY} | fields
        )
    return lead


def read(version, **limits):
    basis = Basis(version, current.rulebook(version), Portal.load(), timezone.now())
    return past.within_time(basis, current.readable(current.live()), *(limits or SIZE).values())


SIZE = {"size": 100, "milliseconds": 60_000}


@pytest.fixture
def draft(db):
    """Like the live version (SQL at 60), but nobody with fit 50 and a demo request reaches it."""
    return editing.draft(lines(60, 80), author=factories.marketer())


def test_interest_that_has_aged_since_counts_when_it_was_fresh(draft):
    won = deal("won")

    found = read(draft).of["won"]

    assert (found.all, found.before, found.after) == ([won.pk], {won.pk}, set())


def test_what_happened_after_it_was_decided_counts_for_nothing(draft):
    lead = vp()
    factories.event(lead, "demo_request")
    with factories.unguarded():
        Lead.objects.filter(pk=lead.pk).update(stage="lost", stage_since=timezone.now() - 7 * DAY)

    assert read(draft).of["lost"].before == set()


def test_a_deal_of_two_years_ago_is_none_of_them_nor_is_one_that_runs(draft):
    deal("won", stage_since=timezone.now() - 800 * DAY)
    deal("opportunity")

    assert not read(draft)


def test_of_too_many_the_newest_are_read(draft):
    ids = [deal("won", stage_since=timezone.now() - days * DAY).pk for days in (1, 2, 3)]

    found = read(draft, size=2, milliseconds=60_000)

    assert (found.is_sample, found.of["won"].all) == (True, ids[:2])


def test_where_so_many_take_too_long_fewer_are_read(draft, monkeypatch):
    tried = []

    def slow(basis, live, size, milliseconds):
        tried.append(size)
        raise OperationalError

    monkeypatch.setattr(past, "within_time", slow)
    basis = Basis(draft, current.rulebook(draft), Portal.load(), timezone.now())
    with pytest.raises(TooSlow):
        past.past(basis, current.live())
    assert tried == [size for size, _ in past.SAMPLES]


# --- the pages ---------------------------------------------------------------------------------


def test_the_panel_counts_and_each_number_opens_what_it_counts(draft, as_user):
    for _ in range(3):
        deal("won")
    deal("lost")
    browser = as_user(factories.marketer())

    page = browser.get(f"/criteria/{draft.number}/past", headers=HTMX)

    assert "Of 3 deals won v2 would have handed over 0, v1 3." in page.content.decode()
    assert "Of 1 deal lost v2 would have handed over 0, v1 1." in page.content.decode()
    for row in page.context["endings"]:
        for cell in (row.all, row.live, row.new, row.missed):
            assert bool(cell.url) == bool(cell.count)
            if cell.url:
                listed = browser.get(cell.url)
                assert len(listed.context["rows"]) == cell.count
    missed = browser.get(f"/criteria/{draft.number}/deals?of=won&by=missed").content.decode()
    assert "Deals won that v2 would not have handed over" in missed


def test_as_a_page_and_without_a_deal_it_says_how_they_come_in(draft, as_user):
    page = as_user(factories.marketer()).get(f"/criteria/{draft.number}/past").content.decode()

    assert "<title>Deals by v2" in page
    assert "None was won or lost." in page and 'href="/imports"' in page


def test_a_rep_reads_the_numbers_and_no_lists(as_user):
    version = editing.draft(lines(60, 80), author=factories.marketer())
    editing.propose(version)
    deal("won")
    rep = as_user(factories.rep())

    panel = rep.get(f"/criteria/{version.number}/past").content.decode()
    listed = rep.get(f"/criteria/{version.number}/deals?of=won&by=all")

    assert "Of 1 deal won" in panel and "/deals?" not in panel
    assert listed.context["rows"] == []


def test_who_may_import_nothing_is_not_told_to(as_user):
    version = editing.draft(lines(60, 80), author=factories.marketer())
    editing.propose(version)

    panel = as_user(factories.rep()).get(f"/criteria/{version.number}/past").content.decode()

    assert "None was won or lost." in panel and 'href="/imports"' not in panel


@pytest.mark.parametrize("asked", ["", "of=won", "of=won&by=x", "of=mql&by=all", "by=all"])
def test_a_list_that_there_is_not_is_not_found(draft, as_user, asked):
    browser = as_user(factories.marketer())

    assert browser.get(f"/criteria/{draft.number}/deals?{asked}").status_code == 404


def test_a_field_that_is_gone_is_named(draft, as_user):
    CustomField.objects.get(name="purchase_timeline").delete()

    page = as_user(factories.marketer()).get(f"/criteria/{draft.number}/past").content.decode()

    assert "purchase_timeline" in page

"""The page of rejections: which ones, what is said of each, and the answers given there."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Answer, Handoff, Lead, Nurture, WrongCriterion
from leads.rejections import rejections
from tests import factories
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db


def rows(page):
    return re.findall(r'class="name" dir="auto" href="[^"]+">([^<]+)<', page.content.decode())


def cursor(page):
    found = re.search(r'data-row="([^",]+)[^>]+aria-current="true"', page.content.decode())
    return found and found.group(1)


def rejected(name, *, hours=1, why="Too small", source="Demo form", rep=None, **fields):
    at = timezone.now() - timedelta(hours=hours)
    lead = factories.lead(
        name, stage="rejected", fit=49, intent=40, created_at=at, source=factories.source(source)
    )
    return factories.rejected(
        rep or factories.rep(), lead, at=at, reason=factories.reason(why), **fields
    )


@pytest.fixture
def ines(as_user):
    return as_user(factories.marketer())


# Which ones.


def test_the_oldest_promise_stands_first_and_under_the_cursor(ines):
    rejected("Maya Lindqvist", hours=1)
    rejected("Arjun Mehta", hours=50)

    page = ines.get("/rejections")

    assert rows(page) == ["Arjun Mehta", "Maya Lindqvist"]
    assert cursor(page) == "Arjun Mehta"
    assert "answer overdue" in page.content.decode()


def test_every_rejection_is_open_disputed_or_answered(ines):
    rejected("Maya Open")
    disputed = rejected("Arjun Disputed")
    closed = rejected("Sofia Closed")
    marketer = factories.marketer()
    rejections.answer(
        disputed, marketer, kind="dispute", text="But", arbiter=factories.sales_manager()
    )
    rejections.answer(closed, marketer, kind="close")
    factories.claimed(factories.rep())

    found = {
        state: rows(ines.get("/rejections", {"state": state}))
        for state in ("open", "disputed", "answered", "all")
    }

    assert found["open"] == ["Maya Open"]
    assert found["disputed"] == ["Arjun Disputed"]
    assert found["answered"] == ["Sofia Closed"]
    assert sorted(found["all"]) == ["Arjun Disputed", "Maya Open", "Sofia Closed"]


def test_an_upheld_dispute_is_to_answer_again(ines):
    boss = factories.sales_manager()
    dispute = factories.disputed(arbiter=boss)
    assert not rows(ines.get("/rejections"))

    rejections.decide(dispute, boss, decision="upheld", because="Nine people")

    assert len(rows(ines.get("/rejections"))) == 1


def test_an_overturned_one_is_answered_also_when_it_is_rejected_again(ines):
    boss = factories.sales_manager()
    dispute = factories.disputed(arbiter=boss)
    rejections.decide(dispute, boss, decision="overturned", because="They asked")

    assert not Handoff.objects.unanswered().exists()
    assert len(rows(ines.get("/rejections?state=answered"))) == 1


def test_filters_of_the_query_string_narrow_and_are_said(ines):
    rejected("Maya Lindqvist", why="Too small", source="Demo form")
    rejected("Arjun Mehta", why="A student", source="Trade fair")
    other = rejected("Sofia Marchetti", why="A student", source="Demo form")

    page = ines.get(
        "/rejections", {"reason": other.reason_id, "source": other.lead.source_id, "q": "march"}
    )

    assert rows(page) == ["Sofia Marchetti"]
    text = page.content.decode()
    for label, value in (("Reason is", "A student"), ("Source is", "Demo form")):
        assert re.search(f"{label} <b[^>]*>(<bdi>)?{value}<", text)


def test_several_sources_and_none_are_any_of_them(ines):
    one = rejected("Maya Lindqvist", source="Demo form")
    rejected("Arjun Mehta", source="Trade fair")
    unknown = rejected("Sofia Marchetti")
    Handoff.objects.filter(pk=unknown.pk).update(source=None)

    page = ines.get("/rejections", {"source": [one.lead.source_id, "none"]})

    assert sorted(rows(page)) == ["Maya Lindqvist", "Sofia Marchetti"]


def test_a_criterion_finds_those_it_gave_points_to_and_those_it_was_wrong_for(ines):
    lines = [factories.REASONS[0] | {"rule": "demo"}, factories.REASONS[1] | {"rule": "size"}]
    zero = [factories.REASONS[0] | {"rule": "demo", "points": 0, "unknown": True}]
    one = rejected("Maya Lindqvist", reasons=lines)
    rejected("Arjun Mehta", reasons=zero)
    WrongCriterion.objects.create(handoff=one, rule="size", label="Size", flaw="stale")

    assert rows(ines.get("/rejections?met=demo")) == ["Maya Lindqvist"]
    assert rows(ines.get("/rejections?wrong=size&flaw=stale")) == ["Maya Lindqvist"]
    assert rows(ines.get("/rejections?wrong=size&flaw=wrong")) == []


@pytest.mark.parametrize(
    "query", ["reason=x", "source=%00", "state=lost", "since=soon", "flaw=odd", "at=%00", "q=%00"]
)
def test_what_cannot_be_understood_narrows_nothing(ines, query):
    rejected("Maya Lindqvist")

    assert rows(ines.get(f"/rejections?{query}")) == ["Maya Lindqvist"]


def test_empty_lists_say_what_is_true(ines, as_user):
    assert "Nothing was rejected yet" in ines.get("/rejections").content.decode()
    long_ago = rejected("Arjun Mehta", hours=24 * 20)
    rejections.answer(long_ago, factories.marketer(), kind="close")
    assert "Sales rejected no lead since" in ines.get("/rejections").content.decode()
    closed = rejected("Maya Lindqvist", hours=30)
    rejections.answer(closed, factories.marketer(), kind="close")

    assert "Sales rejected 1 lead since" in ines.get("/rejections").content.decode()
    assert "No rejection matches" in ines.get("/rejections?q=zzz").content.decode()
    boss = as_user(factories.sales_manager())
    assert "Nothing waits for your decision" in boss.get("/rejections").content.decode()


def test_a_page_whose_last_row_was_answered_leads_to_the_first(ines):
    rejected("Maya Lindqvist")

    answer = ines.get("/rejections?after=2099-01-01T00:00:00%2B00:00~1")

    assert (answer.status_code, answer["Location"]) == (302, "/rejections?")


# What is said of one.


def test_the_pane_shows_both_sides_and_both_scores(ines):
    handoff = rejected("Maya Lindqvist", note="Nine people.\nI asked.", why="Too small")
    WrongCriterion.objects.create(
        handoff=handoff, rule="", label="200 to 1,000 people", flaw="wrong"
    )
    factories.judged(handoff.lead, **factories.scored(40, 12))

    text = ines.get(f"/rejections/{handoff.pk}", headers=HTMX).content.decode()

    assert "<!doctype" not in text
    assert "Too small" in text and "Nine people.\nI asked." in text and 'dir="auto"' in text
    assert "19 above the line" in text and "−37 since then" in text
    assert "Sales: not true" in text
    assert f'data-of="row-{handoff.pk}"' in text


def test_one_rejection_is_a_page_of_its_own(ines):
    handoff = rejected("Maya Lindqvist")

    page = ines.get(f"/rejections/{handoff.pk}?state=all")

    assert "Maya Lindqvist, rejected" in page.content.decode()
    assert f'href="/rejections?state=all&amp;at={handoff.pk}"' in page.content.decode()
    assert ines.get("/rejections/999999").status_code == 404
    assert ines.get(f"/rejections/{factories.handoff().pk}").status_code == 404


def test_earlier_handoffs_and_waits_are_told(ines):
    old = rejected("Maya Lindqvist", why="No budget", hours=900)
    lead = factories.moved(old.lead, "nurture")
    Nurture.objects.create(
        lead=lead,
        handoff=old,
        by=factories.marketer(),
        since=old.closed_at,
        cycle=1,
        return_event="chat",
        ended_at=timezone.now(),
        ended_by="Chat",
    )
    factories.moved(lead, "inquiry", "lead", "mql", "sql", "claimed", "rejected", cycle=2)
    fresh = factories.rejected(old.claimed_by, lead)

    text = ines.get(f"/rejections/{fresh.pk}").content.decode()

    assert "Rejected: No budget" in text
    assert "In nurture for “Chat”" in text and "Back: Chat" in text
    assert "Handed over in its cycle 2." in text


def test_the_usual_answer_of_the_reason_comes_first(ines):
    handoff = rejected("Maya Lindqvist")
    handoff.reason.destination = "close"
    handoff.reason.save()

    text = ines.get(f"/rejections/{handoff.pk}").content.decode()

    assert re.search(rf'btn go" href="/rejections/{handoff.pk}/close"', text)
    assert text.index("/close") < text.index("/nurture")


def test_who_only_reads_is_offered_nothing(as_user):
    handoff = rejected("Maya Lindqvist")

    text = as_user(factories.admin()).get("/rejections").content.decode()

    assert f"/rejections/{handoff.pk}/" not in text


def test_the_list_costs_the_same_however_long(ines):
    rejected("Maya Lindqvist")
    ines.get("/rejections")
    with CaptureQueriesContext(
        connection,
    ) as few:
        ines.get("/rejections")
    for number in range(20):
        rejected(f"Person {number}", source=f"Source {number}")
    with CaptureQueriesContext(connection) as many:
        ines.get("/rejections")

    assert len(many) == len(few) <= 12


# Answers.


def test_the_nurture_drawer_offers_what_the_reason_remembers(ines):
    handoff = rejected("Maya Lindqvist")
    handoff.reason.return_days, handoff.reason.return_event = 30, "chat"
    handoff.reason.save()

    text = ines.get(f"/rejections/{handoff.pk}/nurture", headers=HTMX).content.decode()

    day = timezone.localdate() + timedelta(days=30)
    assert f'value="{day}"' in text
    assert '<option value="chat" selected>' in text
    assert "Only on that day" in text and "Anything new" in text


def test_an_answer_goes_on_to_the_next_of_the_same_list(ines):
    first = rejected("Maya Lindqvist", hours=3)
    second = rejected("Arjun Mehta", hours=2)
    rejected("Sofia Marchetti", why="A student", hours=1)
    day = timezone.localdate() + timedelta(days=60)

    answer = ines.post(
        f"/rejections/{first.pk}/nurture?reason={first.reason_id}&at={first.pk}",
        {"return_on": day, "return_event": "", "text": "Budget in May"},
    )

    assert answer["Location"] == f"/rejections?reason={first.reason_id}&at={second.pk}"
    waits = Nurture.objects.get(lead=first.lead)
    assert (waits.return_on, waits.return_event) == (day, "")
    page = ines.get(answer["Location"])
    assert cursor(page) == "Arjun Mehta"
    assert "Maya Lindqvist waits in nurture." in page.content.decode()


def test_the_last_answer_leads_to_the_empty_list(ines):
    handoff = rejected("Maya Lindqvist")

    answer = ines.post(f"/rejections/{handoff.pk}/close", {"text": ""}, headers=HTMX)

    assert answer["HX-Redirect"] == "/rejections"
    assert Lead.objects.get(pk=handoff.lead_id).stage == "disqualified"


def test_nurture_without_a_day_or_an_event_is_said_in_the_form(ines):
    handoff = rejected("Maya Lindqvist")

    answer = ines.post(f"/rejections/{handoff.pk}/nurture", {"return_on": "", "return_event": ""})

    assert answer.status_code == 422
    assert "Say when it comes back" in answer.content.decode()
    assert not Answer.objects.exists()


def test_a_dispute_goes_to_the_arbiter_chosen(ines):
    handoff, boss = rejected("Maya Lindqvist"), factories.sales_manager()
    factories.marketing_manager()

    ines.post(f"/rejections/{handoff.pk}/dispute", {"text": "They asked", "arbiter": boss.pk})

    assert (Answer.objects.get().arbiter, Answer.objects.get().text) == (boss, "They asked")


def test_a_dispute_takes_no_arbiter_who_may_not_decide(ines):
    handoff = rejected("Maya Lindqvist")

    answer = ines.post(
        f"/rejections/{handoff.pk}/dispute", {"text": "But", "arbiter": factories.rep().pk}
    )

    assert answer.status_code == 422
    assert "Choose one of the managers offered." in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_comes_too_late_is_told_who_was_faster(ines, headers, method):
    handoff = rejected("Maya Lindqvist")
    rejections.answer(handoff, factories.person("marketing", name="Jo Fast"), kind="close")

    answer = getattr(ines, method)(f"/rejections/{handoff.pk}/close", {"text": ""}, headers=headers)

    assert answer.status_code == 409
    assert "Closed by Jo Fast" in answer.content.decode()
    assert Answer.objects.count() == 1


# Decisions.


@pytest.fixture
def boss():
    return factories.sales_manager()


def test_a_dispute_counts_and_stands_first_for_its_arbiter(as_user, boss):
    factories.disputed(arbiter=boss)
    factories.disputed(arbiter=factories.marketing_manager())
    rejected("Maya Lindqvist")

    page = as_user(boss).get("/rejections")

    assert len(rows(page)) == 1
    text = page.content.decode()
    assert 'Rejections <span class="n">1</span>' in text
    assert "They asked twice" in text and "Decide" in text


@pytest.mark.parametrize(
    "left", [{"is_active": False}, {"roles": ["sales"]}], ids=["left", "no manager any more"]
)
def test_the_dispute_of_an_arbiter_who_cannot_decide_waits_for_every_manager(as_user, boss, left):
    gone = factories.marketing_manager()
    dispute = factories.disputed(arbiter=gone)
    for name, value in left.items():
        setattr(gone, name, value)
    gone.save()

    client = as_user(boss)
    assert len(rows(client.get("/rejections"))) == 1
    client.post(
        f"/rejections/{dispute.handoff_id}/decide", {"decision": "upheld", "because": "Nine"}
    )

    assert Answer.objects.get().decided_by == boss


def test_the_arbiter_reads_both_sides_and_decides(as_user, boss):
    dispute = factories.disputed(arbiter=boss, note="Nine people")
    client, url = as_user(boss), f"/rejections/{dispute.handoff_id}/decide"

    text = client.get(url).content.decode()
    assert "Nine people" in text and "They asked twice" in text
    answer = client.post(
        url, {"decision": "overturned", "because": "They asked twice", "is_example": "on"}
    )

    assert answer["Location"] == "/rejections"
    dispute.refresh_from_db()
    assert (dispute.decision, dispute.is_example) == ("overturned", True)
    assert Handoff.objects.filter(lead=dispute.handoff.lead, state="open").exists()


def test_a_decision_needs_its_reason(as_user, boss):
    dispute = factories.disputed(arbiter=boss)

    answer = as_user(boss).post(f"/rejections/{dispute.handoff_id}/decide", {"decision": "upheld"})

    assert answer.status_code == 422
    assert "Say in a sentence why you decide so." in answer.content.decode()


def test_another_manager_is_told_who_was_asked(as_user, boss):
    dispute = factories.disputed(arbiter=boss)

    answer = as_user(factories.marketing_manager()).post(
        f"/rejections/{dispute.handoff_id}/decide", {"decision": "upheld", "because": "Nine"}
    )

    assert answer.status_code == 422
    assert f"{boss} was asked to decide." in answer.content.decode()


def test_what_is_decided_is_decided(as_user, boss):
    dispute = factories.disputed(arbiter=boss)
    rejections.decide(dispute, boss, decision="upheld", because="Nine")

    answer = as_user(boss).post(
        f"/rejections/{dispute.handoff_id}/decide", {"decision": "overturned", "because": "Ten"}
    )

    assert answer.status_code == 409
    assert "decided already" in answer.content.decode()
    assert as_user(boss).get(f"/rejections/{rejected('Jo Doe').pk}/decide").status_code == 404


def test_the_count_of_the_navigation_is_what_waits_for_the_reader(as_user, boss):
    rejected("Maya Lindqvist")
    factories.disputed(arbiter=boss)
    helena = factories.marketing_manager()
    factories.disputed(arbiter=helena)

    def count(person):
        found = re.search(
            r'Rejections <span class="n">(\d+)', as_user(person).get("/leads").content.decode()
        )
        return int(found.group(1)) if found else 0

    assert count(factories.marketer()) == 1
    assert count(boss) == 1
    assert count(helena) == 2

"""Why a lead has its score: lines that sum to it, also after the lead has changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from funnel.versions import current
from leads import fields
from leads.explanation import evidence
from leads.explanation import lines as explained_lines
from leads.explanation.stored import explain
from leads.judging.due import drain
from leads.models import Adjustment, CustomField, Event, Handoff, Lead, StageChange
from leads.text import key
from tests import factories
from tests.leads.judging import simple
from tests.leads.scoring import strategies
from tests.leads.scoring.rows import portal, sql_scores, undone, write

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@settings(max_examples=60)
@given(st.data())
def test_the_lines_of_a_kind_sum_to_its_score_whatever_the_criteria(db, data):
    moment = data.draw(strategies.moments())
    words = strategies.vocabulary(data.draw(strategies.custom_fields()))
    people = data.draw(st.lists(strategies.people(moment.at), min_size=1, max_size=2))
    content = data.draw(strategies.contents(words, moment.at))
    rulebook = parse_content(prepared(content), words)

    with undone():
        ids = write(people)
        scores = [score for score, _ in sql_scores(rulebook, ids, moment)]
        seen = evidence.read_evidence(ids, rulebook, at=moment.at, portal=portal(moment))

    for pk, score in zip(ids, scores, strict=True):
        assert seen[pk].points == score.points
        lines = explained_lines.lines(rulebook, seen[pk].points, seen[pk].rules, zone="UTC")
        for kind in ("fit", "intent"):
            total = sum(line.points for line in lines if line.kind == kind)
            assert total == getattr(score, kind)


@pytest.fixture
def judged(db):
    """A VP who asked for a demo, judged by the simple criteria with a cap of 12 on intent."""
    content = simple.content(sql=20) | {"caps": {"fit": 50, "intent": 12}}
    factories.switched_on(content, at=NOW - timedelta(days=1))
    lead = factories.lead(rescore_at=NOW, created_at=NOW)
    factories.consent(lead)
    factories.event(lead, occurred_at=NOW - timedelta(hours=2))
    drain(at=NOW)
    return Lead.objects.get(pk=lead.pk)


def told(lead):
    return [(line.label, line.evidence, line.points) for line in explain(lead).lines]


def test_each_line_says_what_it_saw_and_a_cap_is_a_line_of_its_own(judged):
    assert told(judged) == [
        ("Decides", "Job title: VP Operations", 10),
        ("Asked for a demo", "2 March 2026, 10:00", 20),
        ("Intent is capped", "At most 12 points of intent count: 12 of 20", -8),
    ]
    assert explain(judged).total == judged.judgement.total == 22


def test_an_unknown_fact_is_a_line_without_points_at_the_end(judged):
    Lead.objects.update(job_title="", job_title_key="")
    factories.news(judged, at=NOW)
    drain(at=NOW)
    judged.refresh_from_db()

    (line,) = [line for line in explain(judged).lines if line.kind == "fit"]
    assert (line.label, line.evidence, line.points, line.unknown) == (
        "Decides",
        "Job title: unknown",
        0,
        True,
    )


def test_the_stored_points_stand_when_the_lead_has_changed_since(judged):
    # A student now, and one more demo; nothing is judged again yet.
    Lead.objects.update(job_title="Student", job_title_key=key("Student"))
    with factories.unguarded():
        Event.objects.all().delete()

    assert told(judged) == [
        ("Decides", "Job title: VP Operations", 10),
        ("Asked for a demo", "2 March 2026, 10:00", 20),
        ("Intent is capped", "At most 12 points of intent count: 12 of 20", -8),
    ]


def test_what_nobody_wrote_down_is_not_made_up(judged):
    lead = factories.lead("Noor Haddad", job_title="VP Sales", created_at=NOW, rescore_at=NOW)
    Lead.objects.filter(pk=lead.pk).update(email="")
    drain(at=NOW)
    Lead.objects.filter(pk=lead.pk).update(job_title="Student", job_title_key=key("Student"))

    (line,) = explain(Lead.objects.get(pk=lead.pk)).lines
    assert (line.label, line.evidence, line.points) == ("Decides", "", 10)


def test_the_evidence_in_the_ledger_stays_as_it_was(judged):
    before = StageChange.objects.get(lead=judged, target="sql").evidence
    reasons = Handoff.objects.get().reasons
    Lead.objects.update(job_title="Student", job_title_key=key("Student"))
    factories.news(judged, at=NOW)
    drain(at=NOW + timedelta(days=4))

    assert StageChange.objects.get(lead=judged, target="sql").evidence == before
    assert before["rules"]["decides"] == {"vp": "VP Operations"}
    assert Handoff.objects.get().reasons == reasons


def test_the_lines_of_an_older_version_keep_its_words(judged):
    content = simple.content()
    content["rules"] = content["rules"][1:]
    factories.switched_on(content, at=NOW)

    assert [label for label, _, _ in told(judged)][0] == "Decides"
    assert judged.judgement.version != current.live()


def test_a_value_that_does_not_fit_its_field_is_unknown_and_stops_nothing(db):
    lead = factories.lead(created_at=NOW, rescore_at=NOW, attributes={"renews": "soon"})
    fields.define("renews", "Renews", "date", at=NOW)
    content = simple.content(mql=0, sql=0)
    content["definitions"]["mql"]["condition"] = {"fact": "email", "op": "is_known"}
    content["rules"] = [
        {
            "id": "renews",
            "label": "Renews soon",
            "kind": "fit",
            "points": 9,
            "when": {"fact": "attributes.renews", "op": "within_next", "value": 30},
        }
    ]
    factories.switched_on(content, at=NOW)

    drain(at=NOW)

    lead.refresh_from_db()
    assert (lead.stage, lead.judgement.parked_error) == ("sql", "")
    assert told(lead) == [("Renews soon", "Renews: unknown", 0)]
    assert CustomField.objects.get(name="renews").type == "date"


def test_a_date_that_stands_for_never_stops_nothing(db):
    fields.define("renews", "Renews", "date", at=NOW)
    never = {"renews": "9999-12-31"}
    lead = factories.lead(created_at=NOW, rescore_at=NOW)
    Lead.objects.update(attributes=never, attribute_keys=never)
    content = simple.content()
    when = {"fact": "attributes.renews", "op": "more_than_days_ago", "value": 30}
    content["rules"] = [simple.CONTENT["rules"][0] | {"when": when}]
    factories.switched_on(content, at=NOW)

    drain(at=NOW)

    lead.refresh_from_db()
    assert (lead.judgement.scored_at, lead.judgement.rescore_at, lead.judgement.fit) == (
        NOW,
        None,
        0,
    )


# --- events: how many counted, and which no longer do ---------------------------------------------


def chatty(hours, **changes):
    """A lead who chatted so many hours ago, judged by one rule on it with these changes."""
    content = simple.content(mql=0, sql=0)
    chat = content["rules"][1]
    when = chat["when"] | changes.pop("when", {})
    content["rules"] = [chat | changes | {"when": when}]
    factories.switched_on(content, at=NOW - timedelta(days=1))
    lead = factories.lead(created_at=NOW, rescore_at=NOW)
    for ago in hours:
        factories.event(lead, "chat", occurred_at=NOW - timedelta(hours=ago))
    drain(at=NOW)
    return Lead.objects.get(pk=lead.pk)


def test_a_rule_that_was_capped_says_what_it_would_have_given():
    lead = chatty([1, 2, 3], points=10, frequency={"count": "each"}, maximum=12)

    assert told(lead) == [
        ("Asked in the chat", "3 times, 2 March 2026, 11:00; capped: 12 of 30", 12)
    ]


def test_a_rule_says_how_many_of_its_events_count():
    lead = chatty([1, 2, 30], points=5, frequency={"count": "each", "per_day": 1, "in_all": 9})

    assert told(lead) == [
        ("Asked in the chat", "3 times, 1 to 2 March 2026, 11:00; counts 2 of 3", 10)
    ]


def test_a_rule_held_at_its_minimum_says_so():
    lead = chatty([1, 2], points=2, frequency={"count": "each"}, minimum=9)

    assert told(lead)[0][1:] == ("2 times, 2 March 2026, 11:00; no less than 9, not 4", 9)


def test_an_event_that_came_after_its_window_counts_nothing_and_is_listed():
    lead = chatty([24 * 8])

    (line,) = explain(lead).lines
    assert (line.points, line.late, line.unknown) == (0, True, False)
    assert line.evidence == "22 February 2026, 12:00"


def test_an_event_that_has_faded_to_nothing_is_listed():
    lead = chatty(
        [24 * 8],
        ageing={"kind": "linear", "days": 5},
        when={"within_days": 30},
    )

    (line,) = explain(lead).lines
    assert (line.points, line.late, line.evidence) == (0, True, "22 February 2026, 12:00")


def test_too_few_events_are_not_listed_as_late():
    assert explain(chatty([1, 24 * 8], when={"at_least": 3})).lines == ()
    assert explain(Lead.objects.get()).unscored == ()


def test_events_no_rule_asks_for_are_listed_as_unscored(judged):
    for hours in (5, 4):
        factories.event(judged, "odd_thing", occurred_at=NOW - timedelta(hours=hours))

    assert [(item.label, item.evidence) for item in explain(judged).unscored] == [
        ("Odd thing", "2 times, 2 March 2026, 08:00")
    ]


def test_an_adjustment_that_was_saved_while_the_lead_was_scored_counts_next_time(judged):
    boss = factories.sales_manager()
    for points in (7, -3):
        Adjustment.objects.create(
            lead=judged, kind="fit", points=points, reason="Met them", author=boss,
            created_at=NOW, ends_at=NOW + timedelta(days=3),
        )  # fmt: skip

    assert sum(line.points for line in explain(judged).lines) == judged.judgement.total


def test_an_adjustment_by_a_clock_that_is_ahead_is_waited_for(judged):
    Adjustment.objects.create(
        lead=judged, kind="fit", points=7, reason="Met them", author=factories.sales_manager(),
        created_at=NOW + timedelta(seconds=9), ends_at=NOW + timedelta(days=3),
    )  # fmt: skip
    factories.news(judged, at=NOW)
    drain(at=NOW)
    judged.refresh_from_db()

    assert (judged.judgement.fit, judged.judgement.rescore_at) == (10, NOW + timedelta(seconds=9))
    drain(at=NOW + timedelta(seconds=10))
    judged.refresh_from_db()
    assert judged.judgement.fit == 17


def test_two_nodes_of_a_rule_never_share_their_evidence(db):
    content = simple.content(mql=0, sql=0)
    content["rules"] = [
        {
            "id": "size",
            "label": "Size",
            "kind": "fit",
            "when": {"id": "table", "fact": "job_title", "op": "is_known"},
            "table": {"fact": "cycle", "bands": [{"from": 1, "points": 4}]},
        }
    ]
    factories.switched_on(content, at=NOW - timedelta(days=1))
    lead = factories.lead(created_at=NOW, rescore_at=NOW)

    drain(at=NOW)

    assert told(Lead.objects.get(pk=lead.pk)) == [("Size", "Job title: VP Operations; Cycle: 1", 4)]

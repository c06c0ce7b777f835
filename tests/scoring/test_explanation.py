"""Why a lead has its score: lines that sum to it, also after the lead has changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel import versions
from funnel.rulebook import parse_content, prepared
from leads import explanation, fields
from leads.due import drain
from leads.explanation import explain
from leads.models import CustomField, Event, Handoff, Lead, StageChange
from leads.text import key
from tests import factories
from tests.qualification import simple
from tests.scoring import strategies
from tests.scoring.rows import portal, sql_scores, undone, write

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
        seen = explanation.read(ids, rulebook, at=moment.at, portal=portal(moment))

    for pk, score in zip(ids, scores, strict=True):
        assert seen[pk].points == score.points
        lines = explanation.lines(rulebook, seen[pk].points, seen[pk].rules, zone="UTC")
        for kind in ("fit", "intent"):
            total = sum(line.points for line in lines if line.kind == kind)
            assert total == getattr(score, kind)


@pytest.fixture
def judged(db):
    """A VP who asked for a demo, judged by the simple criteria with a cap of 12 on intent."""
    content = simple.content(sql=20) | {"caps": {"fit": 50, "intent": 12}}
    factories.switched_on(content, at=NOW - timedelta(days=1))
    lead = factories.lead(stale_at=NOW, created_at=NOW)
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
    assert explain(judged).total == judged.total == 22


def test_an_unknown_fact_is_a_line_without_points_at_the_end(judged):
    Lead.objects.update(job_title="", job_title_key="", stale_at=NOW)
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
    Event.objects.all().delete()

    assert told(judged) == [
        ("Decides", "Job title: VP Operations", 10),
        ("Asked for a demo", "2 March 2026, 10:00", 20),
        ("Intent is capped", "At most 12 points of intent count: 12 of 20", -8),
    ]


def test_what_nobody_wrote_down_is_not_made_up(judged):
    lead = factories.lead("Noor Haddad", job_title="VP Sales", created_at=NOW, stale_at=NOW)
    Lead.objects.filter(pk=lead.pk).update(email="")
    drain(at=NOW)
    Lead.objects.filter(pk=lead.pk).update(job_title="Student", job_title_key=key("Student"))

    (line,) = explain(Lead.objects.get(pk=lead.pk)).lines
    assert (line.label, line.evidence, line.points) == ("Decides", "", 10)


def test_the_evidence_in_the_ledger_stays_as_it_was(judged):
    before = StageChange.objects.get(lead=judged, target="sql").evidence
    reasons = Handoff.objects.get().reasons
    Lead.objects.update(job_title="Student", job_title_key=key("Student"), stale_at=NOW)
    drain(at=NOW + timedelta(days=4))

    assert StageChange.objects.get(lead=judged, target="sql").evidence == before
    assert before["rules"]["decides"] == {"vp": "VP Operations"}
    assert Handoff.objects.get().reasons == reasons


def test_the_lines_of_an_older_version_keep_its_words(judged):
    content = simple.content()
    content["rules"] = content["rules"][1:]
    factories.switched_on(content, at=NOW)

    assert [label for label, _, _ in told(judged)][0] == "Decides"
    assert judged.version != versions.live()


def test_a_value_that_does_not_fit_its_field_is_unknown_and_stops_nothing(db):
    lead = factories.lead(created_at=NOW, stale_at=NOW, attributes={"renews": "soon"})
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
    assert (lead.stage, lead.parked_error) == ("sql", "")
    assert told(lead) == [("Renews soon", "Renews: unknown", 0)]
    assert CustomField.objects.get(name="renews").type == "date"


def test_a_date_that_stands_for_never_stops_nothing(db):
    fields.define("renews", "Renews", "date", at=NOW)
    never = {"renews": "9999-12-31"}
    lead = factories.lead(created_at=NOW, stale_at=NOW)
    Lead.objects.update(attributes=never, attribute_keys=never)
    content = simple.content()
    when = {"fact": "attributes.renews", "op": "more_than_days_ago", "value": 30}
    content["rules"] = [simple.CONTENT["rules"][0] | {"when": when}]
    factories.switched_on(content, at=NOW)

    drain(at=NOW)

    lead.refresh_from_db()
    assert (lead.scored_at, lead.rescore_at, lead.fit) == (NOW, None, 0)

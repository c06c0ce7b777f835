"""What rejections say about the criteria, and a change drafted from it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from funnel.models import CriteriaVersion
from funnel.versions import cases, current, editing
from leads.evidence import evidence as tables
from leads.metrics.answers import evidence as asked
from leads.metrics.answers.verdicts import Reasons
from leads.metrics.periods import Period
from leads.metrics.shares import Share
from leads.models import Handoff, WrongCriterion
from tests import factories

pytestmark = pytest.mark.django_db
SINCE = timezone.now() - timedelta(days=30)


def month():
    return Period.ending(timezone.now(), key="30", zone="UTC")


def rule():
    return current.rulebook(current.live()).rules[0]


def handed(outcome, *, why="Too small", source="Ads", points=10, times=1):
    """Handoffs to which the first rule of the live version gave points."""
    line = factories.REASONS[0] | {"rule": rule().id, "label": rule().label, "points": points}
    for _ in range(times):
        made = factories.lead(stage="rejected", fit=40, intent=40, source=factories.source(source))
        one = factories.rejected(made=made, reasons=[line], reason=factories.reason(why))
        if outcome == "accepted":
            Handoff.objects.filter(pk=one.pk).update(
                outcome="accepted", reason=None, answer_due_at=None
            )
    return one


@pytest.fixture
def ines(as_user):
    return as_user(factories.marketer())


def test_precision_counts_what_the_rule_gave_points_to_and_sales_decided():
    handed("accepted", times=2)
    handed("rejected")
    handed("rejected", points=0)
    factories.handoff(reasons=[factories.REASONS[0] | {"rule": rule().id}])

    assert asked.precision(month(), [rule().id, "gone"]) == {rule().id: Share(2, 3)}


def test_flaws_are_counted_by_rule_flaw_and_reason():
    for flaw in ("wrong", "wrong", "stale"):
        one = handed("rejected")
        WrongCriterion.objects.create(handoff=one, rule="size", label="Size", flaw=flaw)

    found = asked.flaws(month())

    reason = factories.reason("Too small").pk
    assert [(one.flaw, one.count) for one in found] == [("wrong", 2), ("stale", 1)]
    assert {(one.rule, one.label, one.reason_id) for one in found} == {("size", "Size", reason)}


def test_a_share_stands_beside_a_count_from_twenty_cases_on():
    few = Reasons({(1, 1): 10, (1, 2): 9}, {1: "Student"}, {1: "Ads", 2: "Fair"})
    many = Reasons({(1, 1): 11, (1, 2): 9}, {1: "Student"}, {1: "Ads", 2: "Fair"})

    assert [cell.share for cell in tables.by_source(few, SINCE).rows[0].cells] == ["", ""]
    assert [cell.share for cell in tables.by_source(many, SINCE).rows[0].cells] == ["55%", "45%"]


def test_many_sources_are_one_column_that_opens_all_of_them():
    names = {number: f"Source {number:02}" for number in range(1, 12)}
    counts = {(1, number): 1 for number in names}

    table = tables.by_source(Reasons(counts, {1: "Student"}, names), SINCE)

    assert table.columns[-2:] == ["Source 07", "Others"]
    assert table.rows[0].cells[-1].count == 4
    assert "source=8&source=9&source=10&source=11" in table.rows[0].cells[-1].url


def test_its_queries_do_not_grow_with_the_rows(ines):
    handed("rejected")
    ines.get("/rejections/evidence")
    with CaptureQueriesContext(connection) as few:
        ines.get("/rejections/evidence")
    for number in range(6):
        one = handed("rejected", why=f"Reason {number}", source=f"Source {number}")
        WrongCriterion.objects.create(handoff=one, rule=f"r{number}", label="Size", flaw="wrong")
    with CaptureQueriesContext(connection) as many:
        ines.get("/rejections/evidence")

    assert len(many) == len(few) <= 12


def test_an_empty_period_offers_a_longer_one(ines):
    html = ines.get("/rejections/evidence").content.decode()

    assert "Nothing was rejected in these 30 days" in html
    assert 'href="?period=quarter"' in html


def test_a_draft_begins_with_the_case_in_words(ines):
    handed("rejected", source="Ads", times=2)
    one = handed("rejected", source="Fair")

    answer = ines.post("/rejections/evidence/draft", {"period": "30", "reason": str(one.reason_id)})

    draft = CriteriaVersion.objects.get(state="draft")
    assert answer["Location"] == f"/criteria/drafts/{draft.number}"
    assert draft.based_on == current.live() and draft.content == current.live().content
    assert draft.note == (
        f"3 leads handed over {month().days_text} were rejected for “Too small”: "
        "2 from Ads, 1 from Fair."
    )


def test_a_draft_that_is_there_keeps_its_note_and_gets_the_case(ines):
    editing.draft(current.live().content, author=None, note="Fewer students")
    one = handed("rejected")
    WrongCriterion.objects.create(handoff=one, rule=rule().id, label="Then", flaw="stale")
    handed("accepted", times=2)

    ines.post("/rejections/evidence/draft", {"period": "30", "rule": rule().id})

    note = CriteriaVersion.objects.get(state="draft").note
    assert note.startswith("Fewer students\n")
    assert "of 3 leads that it gave points to and Sales decided, 2 were accepted." in note
    assert "Sales said once: no longer true." in note


def test_a_case_told_again_takes_the_place_of_what_it_said_before(ines):
    editing.draft(current.live().content, author=None, note="Too small is for Sales to say")
    one = handed("rejected", source="Ads")
    WrongCriterion.objects.create(handoff=one, rule=rule().id, label="Then", flaw="stale")
    asked = ({"reason": str(one.reason_id)}, {"rule": rule().id})
    for data in asked:
        ines.post("/rejections/evidence/draft", {"period": "30", **data})
    handed("rejected", source="Ads")

    for data in (*asked, *asked):
        ines.post("/rejections/evidence/draft", {"period": "year", **data})

    own, reason, criterion = CriteriaVersion.objects.get(state="draft").note.splitlines()
    assert own == "Too small is for Sales to say"
    assert reason.startswith("2 leads handed over ") and "of 2 leads" in criterion


def test_what_the_period_does_not_have_is_no_case(ines):
    for data in ({"reason": "999"}, {"rule": "gone"}, {}):
        assert ines.post("/rejections/evidence/draft", data).status_code == 404
    answer = ines.get("/rejections/evidence/draft")
    assert (answer.status_code, answer["Location"]) == (302, "/rejections/evidence")
    assert not CriteriaVersion.objects.filter(state="draft").exists()


def test_who_may_not_draft_is_offered_none_and_refused(as_user):
    one = handed("rejected")
    admin = as_user(factories.admin())

    assert "Draft a change" not in admin.get("/rejections/evidence").content.decode()
    data = {"reason": str(one.reason_id)}
    assert admin.post("/rejections/evidence/draft", data).status_code == 403


def test_a_case_leaves_a_proposed_version_proposed():
    version = editing.propose(editing.draft(current.live().content, author=None))

    cases.note("A case", factories.marketer())

    version.refresh_from_db()
    assert (version.state, version.note) == ("proposed", "A case")

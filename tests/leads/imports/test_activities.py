"""What people did before, from a file: each once, on its day, handing nothing over, and back."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from funnel.stages import Stage
from leads.imports import imports, job, words
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.judging import due
from leads.models import Consent, Event, Handoff, ImportState, Lead, Lists, Override
from tests import factories
from tests.leads.imports.conftest import in_days
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db

TASKS = "Id,WhoId,Subject,ActivityDate,Status,Type,Notes\n"
PLAIN = "Email,Event,Date,Page\n"


def known(*names, system="Salesforce"):
    crm = factories.integration(system)
    items = [{"email": f"{name}@acme.example", "external_id": name} for name in names]
    ingest_leads(items, integration=crm)


def no_offences():
    return not any(answer.offences for answer in invariants.violations())


def test_tasks_of_a_crm_become_events_on_their_day(imported):
    known("003A", "003B")

    one = imported(
        TASKS
        + "00T1,003A,Intro call,2025-03-01,Completed,Call,Long talk\n"
        + "00T2,003B,Sent offer,2025-03-02,Completed,Email,\n"
        + "00T3,003A,Ring back,2025-03-03,Not Started,Call,\n",
        system="Salesforce",
    )

    assert (one.lists, one.counts) == (Lists.ACTIVITIES, {"created": 2, "refused": 1})
    call = Event.objects.get(external_id="00T1")
    assert (call.type, call.lead.email) == ("call", "003A@acme.example")
    assert call.occurred_at == datetime(2025, 3, 1, tzinfo=UTC)
    assert call.properties == {"subject": "Intro call", "notes": "Long talk"}
    assert "It was not done." in words.problems(one)[0].why
    assert no_offences()


def test_what_happened_may_be_said_of_all_lines(begun, imported, marketer):
    known("ana", system="Import")
    text = "Email,Date\nana@acme.example,2025-03-01\n"
    one = begun("Email,Event,Date\nana@acme.example,x,2025-03-01\n")
    assert one.lists == Lists.ACTIVITIES

    one = imported(text, lists=Lists.ACTIVITIES, activity="Webinar attended")

    assert one.counts == {"created": 1}
    assert Event.objects.get().type == "webinar_attended"


def test_what_was_said_of_a_file_is_the_recipe_of_the_next(imported, marketer):
    known("ana")
    text = "Email,Date\nana@acme.example,2025-03-01\n"
    imported(text, lists=Lists.ACTIVITIES, activity="Chat", hold_until=None)

    again = imports.begin(marketer, "next.csv", io.BytesIO(text.encode()))

    assert (again.lists, again.columns, again.activity) == (
        Lists.ACTIVITIES,
        ["email", "did.at"],
        "Chat",
    )


def test_the_same_file_again_and_the_same_line_twice_count_once(imported):
    known("ana")
    line = "ana@acme.example,Page view,2025-03-01 10:00,/pricing\n"
    text = PLAIN + line + line + line.replace("10:00", "11:00")

    first, again = imported(text), imported(text)

    assert first.counts == {"created": 2, "duplicate": 1}
    assert again.counts == {"matched": 2, "duplicate": 1}
    assert Event.objects.count() == 2


def test_the_same_lines_with_their_columns_in_another_order_are_known(imported):
    known("ana")
    imported("Email,Event,Date,Page,Ref\nana@acme.example,Page view,2025-03-01,/a,ad\n")

    again = imported("Ref,Date,Email,Page,Event\nad,2025-03-01,ANA@acme.example,/a,Page view\n")

    assert again.counts == {"matched": 1}


def test_who_is_not_known_and_what_is_no_activity_is_left_out(begun):
    known("ana")

    one = begun(
        PLAIN
        + "eve@acme.example,Chat,2025-03-01,\n"
        + "info@acme.example,Chat,2025-03-01,\n"
        + "ana@acme.example,Chat,some day,\n"
        + "ana@acme.example,Chat,2099-01-01,\n"
        + "ana@acme.example,,2025-03-01,\n"
    )

    assert one.counts == {"refused": 5}
    assert [problem.why for problem in words.problems(one)] == [
        "Nobody here is known by this. Import the people first, then these lines again.",
        "Email “info@acme.example”: A shared address names no person. Give the id there, or an"
        " address of their own.",
        "Date “some day”: Say when, like 2026-03-31.",
        "Date “2099-01-01”: It has not happened yet.",
        "Event: Say what happened.",
    ]


def demo(name, day):
    return f"{name}@brightwater.example,demo_request,{day:%Y-%m-%d},\n"


@pytest.fixture
def hot():
    """Somebody who is an SQL by the live criteria as soon as they ask for a demo."""
    factories.switched_on(simple.content())
    person = {"email": "ana@brightwater.example", "job_title": "VP Operations"}
    consent = {"consent": {"marketing": True}}
    ingest_leads([person | consent], integration=factories.integration())
    due.drain()
    return Lead.objects.get()


def test_nothing_is_handed_over_before_the_day_and_then_the_criteria_decide(
    imported, hot, marketer
):
    until = in_days(7)

    one = imported(PLAIN + demo("ana", timezone.now() - timedelta(days=1)), hold_until=until)
    due.drain()

    hot.refresh_from_db()
    assert hot.held_until == until and hot.stage != Stage.SQL
    assert not Handoff.objects.exists()
    assert "list.csv" in Override.objects.get(ends_at=until).reason

    imports.hand_over(one, marketer)
    due.drain()
    assert Handoff.objects.get().lead == hot
    assert no_offences()


def test_an_undo_takes_the_events_and_the_hold_away(imported, undone, hot):
    ours = {"type": "chat", "lead": {"email": hot.email}}
    ingest_events([ours], integration=factories.integration())
    due.drain()
    before = Lead.objects.select_related("judgement").get().judgement.total
    one = imported(PLAIN + demo("ana", timezone.now()), hold_until=in_days(7))
    due.drain()
    assert Lead.objects.select_related("judgement").get().judgement.total > before

    undone(one)
    due.drain()

    lead = Lead.objects.select_related("judgement").get()
    assert [event.type for event in Event.objects.all()] == ["chat"]
    assert (lead.judgement.total, lead.held_until) == (before, None)
    assert not Override.objects.filter(ends_at__gt=timezone.now()).exists()
    assert words.undone(one) == "1 activity removed."
    assert no_offences()


def test_the_database_lets_no_other_event_go(imported, undone):
    known("ana")
    one = imported(PLAIN + "ana@acme.example,Chat,2025-03-01,\n")

    with pytest.raises(IntegrityError, match="not being undone"), connection.cursor() as cursor:
        cursor.execute("SELECT leads_take_back(%s, 0, 9)", [one.pk])


@pytest.mark.usefixtures("as_owner")
def test_an_event_that_came_otherwise_stays_also_while_a_file_is_undone(imported, marketer):
    known("ana")
    one = imported(PLAIN + "ana@acme.example,Chat,2025-03-01,\n")
    ingest_events([{"type": "x", "lead": {"external_id": "ana"}}], integration=salesforce())
    imports.undo(one, marketer)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(type="x").delete()


def salesforce():
    return factories.integration("Salesforce")


def test_who_unsubscribed_by_a_line_stays_so(imported, undone):
    known("ana")
    lead = Lead.objects.get()
    ingest_leads([{"external_id": "ana", "consent": {"marketing": True}}], integration=salesforce())
    one = imported(PLAIN + f"{lead.email},Unsubscribed,2026-01-01,\n")

    assert one.counts == {"created": 1}
    undone(one)
    assert Consent.objects.filter(given=False).exists()


def test_a_pause_and_a_killed_worker_lose_no_line_and_repeat_none(begun, marketer, monkeypatch):
    known("ana")
    lines = "".join(f"ana@acme.example,Chat,2025-03-{n:02},\n" for n in range(1, 8))
    one = begun(PLAIN + lines)
    monkeypatch.setitem(job.BATCH, ImportState.RUNNING, 2)
    imports.start(one, marketer)
    job._some()
    monkeypatch.setattr(job.rows, "update", killed := Killed(job.rows.update))
    with pytest.raises(KeyboardInterrupt):
        job._some()
    monkeypatch.setattr(job.rows, "update", killed.plain)
    imports.pause(one, marketer)
    assert job.drain() == 0

    imports.go_on(one, marketer)
    job.drain()

    one.refresh_from_db()
    assert (one.counts, Event.objects.count()) == ({"created": 7}, 7)


class Killed:
    def __init__(self, plain):
        self.plain = plain

    def __call__(self, *args):
        raise KeyboardInterrupt


def test_a_line_may_be_a_person_and_what_they_did(imported, undone):
    text = "First Name,Email,Event,Date\nAna,ana@x.example,Webinar attended,2025-03-01\n"
    one = imported(text + "Ana,ana@x.example,Chat,2025-03-02\n", columns=DID)

    assert (one.lists, one.counts) == (Lists.PEOPLE, {"created": 1, "duplicate": 1})
    assert set(Event.objects.values_list("type", flat=True)) == {"webinar_attended", "chat"}

    undone(one)

    assert Lead.objects.get().stage == Stage.ERASED
    assert not Event.objects.exists()
    assert no_offences()


DID = ["first_name", "email", "did", "did.at"]


def test_people_go_with_their_file_once_what_they_did_is_taken_back(imported, undone):
    people = imported("Email,Title\nana@x.example,CEO\n", hold_until=in_days(3))
    text = PLAIN + "ana@x.example,Chat,2025-03-01,\n"
    what_they_did = imported(text, hold_until=in_days(5))
    # It brought nothing.
    imported(text)

    undone(what_they_did)
    undone(people)

    assert Lead.objects.get().stage == Stage.ERASED
    assert no_offences()


def test_people_stay_while_something_they_did_is_here(imported, undone):
    people = imported("Email,Title\nana@x.example,CEO\n")
    imported(PLAIN + "ana@x.example,Chat,2025-03-01,\n")

    undone(people)

    assert people.lines.get().status == "kept"

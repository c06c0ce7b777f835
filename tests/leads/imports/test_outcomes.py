"""Who was won or lost before, from a file of deals: found, dated, counted once, and back again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from funnel.stages import Stage
from leads.by_hand import stages
from leads.imports import job, words
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.judging import due
from leads.metrics.answers.cohort import cohorts
from leads.metrics.periods import Period
from leads.models import Handoff, ImportState, Lead, Lists, StageChange
from leads.nurture import nurture
from leads.table.filters import LeadFilter
from tests import factories
from tests.leads.imports.conftest import in_days

pytestmark = pytest.mark.django_db

HEAD = "Deal Name,Deal Stage,Close Date,Amount,Currency,Lost Reason,Associated Contact\n"


def known(*names, **more):
    """People of these names, whom another system brought."""
    crm = factories.integration("HubSpot")
    items = [{"email": f"{name}@acme.example", "external_id": name} | more for name in names]
    ingest_leads(items, integration=crm)
    return [Lead.objects.get(email=item["email"]) for item in items]


def deal(name, stage, day, amount="", currency="", reason=""):
    return f"Deal,{stage},{day},{amount},{currency},{reason},Ana B ({name}@acme.example)\n"


def last_move(lead):
    return StageChange.objects.filter(lead=lead).order_by("pk").last()


def no_offences():
    return not any(answer.offences for answer in invariants.violations())


def test_deals_put_people_where_they_were_on_their_day(imported):
    ana, bo = known("ana", "bo")

    one = imported(
        HEAD
        + deal("ana", "Closed Won", "2025-03-12", "12500.50", "EUR")
        + deal("bo", "Closed Lost", "2025-04-01", "900", "EUR", "Too dear")
    )

    assert (one.lists, one.counts) == (Lists.OUTCOMES, {"created": 2})
    won, lost = last_move(ana), last_move(bo)
    assert (won.target, won.at, won.amount) == (
        Stage.WON,
        datetime(2025, 3, 12, tzinfo=UTC),
        Decimal("12500.50"),
    )
    assert (lost.target, lost.reason, lost.amount) == (Stage.LOST, "Too dear", None)
    due.drain()
    assert not Handoff.objects.exists()
    assert no_offences()


def test_people_are_found_as_whatever_comes_in_finds_them(imported):
    crm = factories.integration("Pipedrive")
    by_id, by_phone = {"external_id": "77"}, {"phone": "+46 8 123 45 67", "first_name": "Bo"}
    ingest_leads([by_id, by_phone | {"last_name": "Ek"}], integration=crm)
    head = "Deal - Title,Deal - Status,Deal - Won time,Person - ID,Person - Name,Person - Phone\n"

    one = imported(
        head
        + "A,Won,2025-03-12,77,,\n"
        + "B,Won,2025-03-13,,Bo Ek,08-123 45 67\n"
        + "C,Won,2025-03-14,,Bo Ek,+46 8 123 45 67\n",
        system="Pipedrive",
    )

    # A number without a country may be anybody's.
    assert one.counts == {"created": 2, "refused": 1}
    assert set(Lead.objects.values_list("stage", flat=True)) == {Stage.WON}


def test_who_is_not_known_is_left_out_with_what_to_do(begun, imported):
    (ana,) = known("ana")
    text = HEAD + deal("ana", "Won", "2025-01-02") + deal("eve", "Won", "2025-01-02")

    one = begun(text)
    (problem,) = words.problems(one)
    assert "Import the people first, then these lines again." in problem.why
    one = imported(text)

    assert one.counts == {"created": 1, "refused": 1}
    assert Lead.objects.count() == 1


def test_the_same_file_again_changes_nothing(imported):
    known("ana", "bo")
    text = HEAD + deal("ana", "Won", "2025-01-02", "10") + deal("bo", "Lost", "2025-01-03")
    imported(text)
    before = list(StageChange.objects.values_list("pk", flat=True))

    again = imported(text)

    assert again.counts == {"matched": 2}
    assert list(StageChange.objects.values_list("pk", flat=True)) == before


def test_of_several_deals_of_one_person_the_first_that_was_won_counts(imported, monkeypatch):
    ana, bo = known("ana", "bo")
    # Also where they stand in other batches.
    monkeypatch.setitem(job.BATCH, ImportState.CHECKING, 1)
    monkeypatch.setitem(job.BATCH, ImportState.RUNNING, 1)

    one = imported(
        HEAD
        + deal("ana", "Lost", "2025-01-01")
        + deal("ana", "Won", "2025-03-03", "30")
        + deal("ana", "Won", "2025-02-02", "20")
        + deal("bo", "Lost", "2025-01-01", reason="Early")
        + deal("bo", "Lost", "2025-05-05", reason="Late")
    )

    assert one.counts == {"created": 2, "duplicate": 3}
    assert (last_move(ana).amount, last_move(bo).reason) == (20, "Late")


def test_what_is_still_open_or_undated_is_told(begun):
    known("ana", "bo")

    one = begun(HEAD + deal("ana", "Negotiation", "2025-01-01") + deal("bo", "Won", "soon"))

    whys = [problem.why for problem in words.problems(one)]
    assert whys == [
        "Deal Stage “Negotiation”: It is still open: nothing became of it yet.",
        "Close Date “soon”: Say on which day.",
    ]


@pytest.mark.parametrize("amount", ["$ 1,200", "USD 1200", "1200"])
def test_an_amount_in_another_currency_is_noted_and_not_counted(imported, amount):
    (ana,) = known("ana")
    text = HEAD + deal("ana", "Won", "2025-01-01", f'"{amount}"', "USD" if amount == "1200" else "")

    one = imported(text)

    move = last_move(ana)
    assert (move.amount, move.reason) == (None, "Worth $1,200")
    (doubt,) = words.doubts(one)
    assert "Amounts here are in EUR" in doubt.why


def test_yes_and_no_say_what_a_stage_does_not(imported):
    ana, bo = known("ana", "bo")
    head = "StageName,CloseDate,IsClosed,IsWon,Email\n"

    one = imported(
        head
        + "Signed,2025-01-01,TRUE,TRUE,ana@acme.example\n"
        + "Gone,2025-01-01,TRUE,FALSE,bo@acme.example\n"
        + "Talks,2025-01-01,FALSE,FALSE,bo@acme.example\n"
    )

    assert one.counts == {"created": 2, "refused": 1}
    assert [last_move(lead).target for lead in (ana, bo)] == [Stage.WON, Stage.LOST]


def test_whom_sales_has_is_told_and_stays(begun):
    handoff = factories.handoff()

    one = begun(HEAD + deal("", "Won", "2025-01-01").replace("@acme.example", handoff.lead.email))

    assert one.counts == {"refused": 1}
    assert "Sales has them here" in words.problems(one)[0].why


def test_an_undo_puts_them_back_and_they_count_no_more(imported, undone, marketer):
    ana, bo = known("ana", "bo")
    held = in_days(9)
    stages.override(bo, marketer, to=Stage.INQUIRY, reason="Wait", until=held)
    one = imported(HEAD + deal("ana", "Won", "2025-01-02", "10") + deal("bo", "Lost", "2025-01-03"))
    period = Period.ending(timezone.now() + timedelta(minutes=1), key="30", zone="UTC")
    assert cohorts(period).everybody.reached[-1] == 1
    assert len(reached_won()) == 1

    undone(one)
    due.drain()

    assert one.lines.filter(status="restored").count() == 2
    assert not Lead.objects.filter(stage__in=[Stage.WON, Stage.LOST]).exists()
    undid = StageChange.objects.get(lead=ana, origin=Stage.WON)
    assert (undid.reason, undid.person) == ("Undone", marketer)
    # Whom somebody kept where they are is kept again.
    assert Lead.objects.get(pk=bo.pk).held_until == held
    assert cohorts(period).everybody.reached[-1] == 0
    assert reached_won() == []
    assert no_offences()


def reached_won():
    return list(LeadFilter({"reached": "won"}, queryset=Lead.objects.all()).qs)


def test_an_undo_keeps_whom_somebody_worked_with(imported, undone, marketer):
    (ana,) = known("ana")
    one = imported(HEAD + deal("ana", "Won", "2025-01-02"))
    nurture.reengage(Lead.objects.get(), marketer, reason="Again", return_event="chat")

    undone(one)

    assert one.lines.get().status == "kept"
    assert Lead.objects.get().stage == Stage.NURTURE


def test_an_undo_of_people_takes_their_outcomes_back_too(imported, undone):
    (ana,) = known("ana")
    one = imported("First name,Email,Outcome,Close Date\nAna,ana@acme.example,won,2025-01-02\n")
    ana.refresh_from_db()
    assert (one.lists, ana.stage) == (Lists.PEOPLE, Stage.WON)

    undone(one)

    ana.refresh_from_db()
    assert ana.stage == Stage.INQUIRY
    assert no_offences()

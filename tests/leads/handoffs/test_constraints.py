"""What the database itself refuses, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from funnel.stages import Stage
from leads.models import Consent, Event, Handoff, News, Note, StageChange, Touch
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "claimed"}, "handoff_claimed_has_a_rep"),
        ({"claimed_at": NOW}, "handoff_open_has_no_rep|handoff_claim_is_whole"),
        ({"touch_due_at": NOW}, "handoff_claim_is_whole"),
        ({"state": "closed"}, "handoff_closed_has_an_outcome"),
        ({"state": "closed", "closed_at": NOW}, "handoff_closed_has_an_outcome"),
        ({"outcome": "accepted"}, "handoff_closed_has_an_outcome"),
        ({"closed_at": NOW}, "handoff_closed_has_an_outcome"),
        (
            {"state": "closed", "closed_at": NOW, "outcome": "rejected"},
            "handoff_rejected_has_a_reason",
        ),
        ({"total": 1}, "handoff_score_adds_up"),
    ],
)
def test_half_a_handoff_is_refused(change, constraint):
    handoff = factories.handoff()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Handoff.objects.filter(pk=handoff.pk).update(**change)


def test_a_lead_waits_in_one_place():
    lead = factories.handoff().lead

    with pytest.raises(IntegrityError, match="handoff_one_live_per_lead"), transaction.atomic():
        factories.handoff(lead)
    with pytest.raises(IntegrityError, match="handoff_one_live_per_lead"), transaction.atomic():
        factories.claimed(factories.rep(), lead)


def test_a_lead_handed_over_before_can_be_handed_over_again():
    lead = factories.lead(stage=Stage.SQL, fit=30, intent=40)
    factories.withdrawn(lead)

    assert factories.handoff(lead).state == "open"


@pytest.mark.usefixtures("as_owner")
@pytest.mark.parametrize("model", [StageChange, Consent, Event, Touch, Note])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = -id", "DELETE FROM {}", "TRUNCATE {}"])
def test_history_takes_new_rows_and_nothing_else(model, change):
    rep = factories.rep()
    claimed = factories.claimed(rep)
    factories.consent(claimed.lead)
    factories.event(claimed.lead)
    Touch.objects.create(handoff=claimed, by=rep, channel="call", result="talked")
    Note.objects.create(lead=claimed.lead, by=rep, text="Likes mornings")
    before = model.objects.count()
    assert before

    refused = pytest.raises(IntegrityError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(change.format(model._meta.db_table))
    assert model.objects.count() == before


FORGETS = [
    "UPDATE leads_event SET properties = '{}', property_keys = '{}', word_keys = NULL",
    "UPDATE leads_consent SET text = ''",
    "UPDATE leads_touch SET note = ''",
    "DELETE FROM leads_note",
]


def said_of(lead):
    rep = factories.rep(f"Rep {lead.pk}")
    factories.consent(lead, text="Yes")
    factories.event(lead, properties={"path": "/pricing"}, property_keys={"path": "/pricing"})
    Touch.objects.create(handoff=lead.handoffs.get(), by=rep, channel="call", note="Out till May")
    Note.objects.create(lead=lead, by=rep, text="Likes mornings")


@pytest.mark.usefixtures("as_owner")
@pytest.mark.parametrize("change", FORGETS)
def test_history_forgets_what_it_says_of_who_was_erased_and_of_their_parts(change):
    heir, part = (factories.withdrawn(factories.lead()).lead for _ in range(2))
    for lead in (heir, part):
        said_of(lead)
    factories.moved(part, Stage.MERGED, merged_into_id=heir.pk)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)

    factories.moved(heir, Stage.ERASED)

    with connection.cursor() as cursor:
        cursor.execute(change)
        # Notes went with the person already.
        assert cursor.rowcount == (0 if change.startswith("DELETE") else 2)


@pytest.mark.usefixtures("as_owner")
@pytest.mark.parametrize(
    "change",
    [
        'UPDATE leads_event SET properties = \'{"path": "/"}\'',
        "UPDATE leads_event SET properties = '{}', occurred_at = now() - interval '1 year'",
        "UPDATE leads_consent SET text = '', given = NOT given",
        "UPDATE leads_touch SET note = 'Never reached'",
        "UPDATE leads_note SET text = 'Another'",
        "DELETE FROM leads_event",
        "DELETE FROM leads_consent",
        "DELETE FROM leads_touch",
    ],
)
def test_what_happened_stays_also_of_who_was_erased(change):
    lead = factories.withdrawn(factories.lead()).lead
    said_of(lead)
    factories.moved(lead, Stage.ERASED)
    if "leads_note" in change:
        # What was noted of them before went with them.
        Note.objects.create(lead=lead, by=factories.marketer(), text="Was erased")

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_a_lead_with_history_is_never_deleted():
    lead = factories.lead()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_lead WHERE id = %s", [lead.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"stage": "hot"}, "lead_stage_is_known"),
        ({"stage": "merged"}, "lead_merged_names_its_heir"),
    ],
)
def test_a_lead_that_contradicts_itself_is_refused(change, constraint):
    lead = factories.lead(fit=10, intent=5)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        type(lead).objects.filter(pk=lead.pk).update(**change)


@pytest.mark.parametrize("change", [{"total": 3}, {"version": None}, {"scored_at": None}])
def test_a_judgement_that_contradicts_itself_is_refused(change):
    lead = factories.lead(fit=10, intent=5)

    refused = pytest.raises(IntegrityError, match="judgement_adds_up_and_names_its_version")
    with refused, transaction.atomic():
        factories.judged(lead, **change)


def test_news_is_of_a_lead_or_a_company_but_not_of_both():
    lead = factories.lead()

    with pytest.raises(IntegrityError, match="news_is_of_one_or_all"), transaction.atomic():
        News.objects.create(lead=lead, company=lead.company)


def test_a_move_goes_somewhere():
    lead = factories.lead()

    with pytest.raises(IntegrityError, match="stage_change_moves"), transaction.atomic():
        StageChange.objects.create(lead=lead, origin="mql", target="mql", actor="machine")

"""Two leads become one, and two again."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import policy
from funnel.stages import LADDER, Stage
from leads.companies import linking
from leads.duplicates import forecast, merging, search, undoing
from leads.duplicates.merging import BothInWork, MergeRefused
from leads.editing import editing
from leads.handoffs import claims
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.judging.due import drain
from leads.models import (
    Alias,
    BantItem,
    Consent,
    Delivery,
    Duplicate,
    Event,
    ExternalId,
    Handoff,
    Inlet,
    Lead,
    LeadChange,
    Merge,
    News,
    Note,
    Nurture,
    StageChange,
    UnreadValue,
)
from tests import factories

pytestmark = pytest.mark.django_db
PHONE = "+46401234599"


@pytest.fixture
def ines(db):
    return factories.marketing_manager()


# Of leads that no criteria judged: handoffs, answers, the ledger, nobody twice.
NUMBERS = (4, 6, 7, 8, 9)


def holds():
    found = [answer for answer in invariants.violations() if answer.number in NUMBERS]
    offences = [(answer.name, row) for answer in found for row in answer.offences]
    assert not offences
    return True


def fresh(lead):
    return Lead.objects.select_related("judgement").get(pk=lead.pk)


def state(lead):
    """All that is kept of a lead, but when it was written."""
    row = Lead.objects.filter(pk=lead.pk).values().get()
    return {k: v for k, v in row.items() if k not in ("updated_at", "stage_since")}


@pytest.fixture
def two(ines):
    """An older lead, and a newer one that knows more."""
    old = factories.lead("Anna Nowak", phone="", job_title="", city="")
    new = factories.lead("Anna Nowak", phone=PHONE, job_title="CFO", city="Lund")
    return old, new


# --- the merge ------------------------------------------------------------------------------------


def test_what_hangs_on_a_lead_goes_to_its_heir(two, ines):
    old, new = two
    event, consent = factories.event(new), factories.consent(new)
    note = Note.objects.create(lead=new, by=ines, text="Called")
    ExternalId.objects.create(lead=new, integration=factories.integration(), value="7")

    merging.merge(new, old, ines)

    assert Event.objects.get(pk=event.pk).lead == old
    assert Consent.objects.get(pk=consent.pk).lead == old
    assert Note.objects.get(pk=note.pk).lead == old
    assert ExternalId.objects.get(value="7").lead == old
    assert fresh(old).consent == {"marketing": True}
    gone = fresh(new)
    assert (gone.stage, gone.merged_into) == (Stage.MERGED, old)
    assert holds()


# What points to a lead and stays with the one that was merged away, each with its reason.
STAYS = {
    "Adjustment.lead": "points against its own score, which ends with it; its timeline is told",
    "DayScore.lead": "its own score of those days",
    "Duplicate.first": "settled by itself: what was refused of one is refused of the other",
    "Duplicate.second": "as the first",
    "FollowUp.lead": "what its rep was to do; whose work goes on was said",
    "Handoff.lead": "its ledger speaks of them; the page of the heir tells both",
    "ImportLine.lead": "an undo of the import finds what it made, and keeps it as merged",
    "Judgement.lead": "its own",
    "Lead.merged_into": "one merge after the other, undone in turn",
    "LeadChange.lead": "what was written on it; the page of the heir tells both",
    "Merge.heir": "one merge after the other, undone in turn",
    "Merge.lead": "the record of it",
    "News.lead": "the heir gets news of its own",
    "Nurture.lead": "its wait ends with it, and goes on where it is undone",
    "Override.lead": "of its own stage",
    "RawValue.lead": "what it carried before it was read; the heir takes what was read",
    "StageChange.lead": "the ledger is each lead's own for ever",
    "Suspect.lead": "of a batch of the judging",
    "Uncompared.lead": "to be compared no more; the trigger adds the heir",
}


def test_all_that_points_to_a_lead_goes_to_its_heir_or_says_why_not(two, ines):
    pointing = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if field.is_relation and field.related_model is Lead
    }
    old, new = two
    made = all_that_hangs_on(new)
    carried = {*merging.MOVED, Event, Note, Consent}
    assert {type(row) for row in made} == carried

    done = merging.merge(new, old, ines)

    moved = {f"{model.__name__}.lead" for model in carried}
    assert moved | STAYS.keys() == pointing
    assert not moved & STAYS.keys()
    assert {fresh_row(row).lead_id for row in made} == {old.pk}
    undoing.undo(done, ines)
    assert {fresh_row(row).lead_id for row in made} == {new.pk}


def fresh_row(row):
    return type(row)._default_manager.get(pk=row.pk)


def all_that_hangs_on(lead):
    """A row of each model that goes with a lead."""
    website, person = factories.integration(), factories.marketer()
    inlet = Inlet.objects.create(name="Form", system="form", token="t", integration=website)
    return [
        factories.event(lead),
        factories.consent(lead),
        ExternalId.objects.create(lead=lead, integration=website, value="7"),
        Alias.objects.create(lead=lead, email_key="ana@before.example"),
        Note.objects.create(lead=lead, by=person, text="Called"),
        BantItem.objects.create(lead=lead, by=person, item="need", state="known"),
        UnreadValue.objects.create(lead=lead, integration=website, field="country", value="Oz"),
        Delivery.objects.create(lead=lead, inlet=inlet, body=b"", state="taken", due_at=None),
    ]


def test_the_heir_keeps_its_word_and_is_filled_where_it_had_none(two, ines):
    old, new = two
    old.city = "Malmö"
    old.save()

    merging.merge(new, old, ines)

    heir = fresh(old)
    assert (heir.phone, heir.job_title, heir.city) == (PHONE, "CFO", "Malmö")
    assert heir.job_title_key == new.job_title_key
    assert PHONE.strip("+")[-8:] in heir.search_key
    changed = LeadChange.objects.get(lead=old)
    assert changed.fields["job_title"] == ["", "CFO"]
    assert changed.person == ines


def test_who_merges_chooses_field_by_field(two, ines):
    old, new = two
    new.attributes, new.attribute_keys = {"size": "L", "tool": "X"}, {"size": " l ", "tool": " x "}
    old.attributes, old.attribute_keys = {"size": "S"}, {"size": " s "}
    old.save(), new.save()

    merging.merge(new, old, ines, chosen={"email": True, "attributes.size": True, "phone": False})

    heir = fresh(old)
    assert (heir.email, heir.phone) == (new.email, "")
    assert heir.attributes == {"size": "L", "tool": "X"}
    assert heir.attribute_keys["size"] == " l "
    # The address it had finds it, and so does that of the other.
    assert Alias.objects.get().email_key == old.email
    (found,) = ingest_leads([{"email": old.email}], integration=factories.integration())
    assert found.lead_id == old.pk


def test_an_address_of_ones_own_stands_before_the_mailbox_of_a_team(ines):
    old = factories.lead("Anna Nowak", email="info@acme.example")
    Lead.objects.filter(pk=old.pk).update(email_key="", email_kind="role")
    new = factories.lead("Anna Nowak", email="anna@acme.example")

    merging.merge(new, fresh(old), ines)

    assert fresh(old).email == "anna@acme.example"


def test_the_stricter_consent_wins(two, ines):
    old, new = two
    factories.consent(old)
    factories.consent(new, given=False)
    factories.consent(new, "webinar")

    merging.merge(new, old, ines)

    assert fresh(old).consent == {"marketing": False, "webinar": True}


def test_an_address_of_a_merged_lead_and_its_id_mean_the_heir(two, ines):
    old, new = two
    merging.merge(new, old, ines)

    by_mail, by_phone = ingest_leads(
        [{"email": new.email}, {"first_name": "Anna", "last_name": "Nowak", "phone": PHONE}],
        integration=factories.integration(),
    )

    assert {by_mail.lead_id, by_phone.lead_id} == {old.pk}


def test_the_heir_is_judged_anew(two, ines):
    factories.nothing_due()

    merging.merge(two[1], two[0], ines)

    assert News.objects.filter(lead=two[0]).exists()
    drain()
    assert holds()


def test_where_one_does_not_work_the_other_does_not_either(two, ines):
    old, new = two
    acme, globex, initech = (factories.company(f"Company {n}") for n in range(3))
    Lead.objects.filter(pk=new.pk).update(not_of=[acme.pk, globex.pk])
    Lead.objects.filter(pk=old.pk).update(company=globex, not_of=[initech.pk])

    done = merging.merge(new, old, ines)

    # Where somebody sees it work stands.
    assert fresh(old).not_of == [initech.pk, acme.pk]
    assert holds()
    undoing.undo(done, ines)
    assert fresh(old).not_of == [initech.pk]


def test_what_was_said_since_of_where_somebody_works_stands(two, ines):
    old, new = two
    acme, globex = (factories.company(f"Company {n}") for n in range(2))
    Lead.objects.filter(pk=new.pk).update(not_of=[acme.pk])
    Lead.objects.filter(pk=old.pk).update(company=globex)
    done = merging.merge(new, old, ines)

    linking.refuse(fresh(old), globex, ines)
    undoing.undo(done, ines)

    assert fresh(old).not_of == [globex.pk]
    assert fresh(new).not_of == [acme.pk]


def test_an_open_handoff_of_who_goes_is_withdrawn(ines):
    handoff = factories.handoff()
    other = factories.lead("Maya Lindqvist", stage=Stage.MQL, fit=20)

    merging.merge(handoff.lead, other, ines)

    handoff.refresh_from_db()
    assert (handoff.state, handoff.outcome) == ("closed", "withdrawn")
    assert holds()


def test_who_is_furthest_stays_where_nobody_chose():
    inquiry, mql = factories.lead(), factories.lead(stage=Stage.MQL, fit=20)
    claimed = factories.claimed(factories.rep()).lead
    assert merging.stays(inquiry, mql) == inquiry
    assert merging.stays(inquiry, claimed) == claimed


def test_who_sales_works_with_is_never_merged_away(ines):
    claimed, other = factories.claimed(factories.rep()).lead, factories.lead()

    with pytest.raises(MergeRefused, match="is the one that stays"):
        merging.merge(claimed, other, ines, ends_work=True)

    assert fresh(claimed).stage == Stage.CLAIMED


def test_of_two_claims_somebody_must_say_whose_stays(ines):
    dana, marcus = factories.rep("Dana Okafor"), factories.rep("Marcus Weil")
    one, other = factories.claimed(dana), factories.claimed(marcus)
    with pytest.raises(BothInWork):
        merging.merge(one.lead, other.lead, ines)

    merging.merge(one.lead, other.lead, ines, ends_work=True)

    assert not Handoff.objects.held_by(dana).exists()
    assert Handoff.objects.held_by(marcus).get() == other
    assert holds()


@pytest.mark.parametrize("gone", ["merged", "erased"])
def test_who_is_nobody_any_more_cannot_be_merged(two, ines, gone):
    old, new = two
    factories.merged(new, old) if gone == "merged" else factories.moved(new, "erased")

    with pytest.raises(MergeRefused, match=f"was {gone} meanwhile"):
        merging.merge(new, factories.lead(), ines)


def test_a_lead_is_not_merged_into_itself(two, ines):
    with pytest.raises(MergeRefused):
        merging.merge(two[0], two[0], ines)


def test_a_rep_merges_nothing(two):
    with pytest.raises(policy.NotAllowed):
        merging.merge(two[1], two[0], factories.rep())


def test_whom_one_was_said_not_to_be_the_other_is_not_either(ines):
    one, two, third = (factories.lead("Anna Nowak", phone=PHONE) for _ in range(3))
    search.drain()
    merging.refuse_two(two, third, ines)

    merging.merge(two, one, ines)
    search.drain()

    assert not Duplicate.objects.open().exists()
    assert Duplicate.objects.get(first=one, second=third).decision == "refused"


@pytest.mark.usefixtures("as_owner")
def test_consents_are_given_to_nobody_else(two):
    consent = factories.consent(two[0])

    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(lead=two[1])


# --- certain ones at once -------------------------------------------------------------------------


def test_the_certain_ones_are_merged_at_once(ines):
    certain = [factories.lead("Anna Nowak", phone=PHONE, email="") for _ in range(2)]
    company = factories.company()
    likely = [factories.lead("Bo Ek", phone="", company=company) for _ in range(2)]
    search.drain()

    done = merging.merge_certain(ines)

    assert [(one.lead, one.heir) for one in done] == [(certain[1], certain[0])]
    assert {fresh(lead).stage for lead in likely} == {Stage.INQUIRY}


def test_where_both_are_in_work_somebody_must_look(ines):
    for rep in (factories.rep(), factories.rep()):
        made = factories.lead("Anna Nowak", phone=PHONE, stage=Stage.CLAIMED, fit=90, owner=rep)
        factories.claimed(rep, made)
    search.drain()
    assert Duplicate.objects.open().exists()

    assert merging.merge_certain(ines) == []


# --- the forecast ---------------------------------------------------------------------------------


def test_the_forecast_is_what_the_merge_becomes_and_writes_nothing(two, ines):
    old, new = two
    for lead in two:
        factories.event(lead)
    before = state(old), state(new), StageChange.objects.count()

    said = forecast.forecast(new, old, ines, {})

    assert (state(old), state(new), StageChange.objects.count()) == before
    assert not Merge.objects.exists()
    merging.merge(new, old, ines)
    drain()
    heir = fresh(old)
    assert (said.stage, said.total) == (heir.stage, heir.judgement.total)


# --- undone ---------------------------------------------------------------------------------------


def test_undone_both_are_as_they_were(two, ines):
    old, new = two
    factories.consent(old), factories.consent(new, given=False)
    event, kept = factories.event(new), factories.event(old)
    new.typed = {"city": None}
    new.save()
    before = state(old), state(new)
    done = merging.merge(new, old, ines, chosen={"email": True})

    undoing.undo(done, ines)

    assert (state(old), state(new)) == before
    assert Event.objects.get(pk=event.pk).lead == new
    assert Event.objects.get(pk=kept.pk).lead == old
    assert not Alias.objects.exists()
    assert holds()
    drain()
    assert holds()


@pytest.mark.parametrize("stage", [*LADDER[:3], Stage.DISQUALIFIED, Stage.WON, Stage.LOST])
def test_undone_a_lead_stands_where_it_stood(ines, stage):
    lead, heir = factories.lead(stage=stage, fit=20), factories.lead(stage=Stage.WON, fit=20)
    done = merging.merge(lead, heir, ines)

    undoing.undo(done, ines)

    assert fresh(lead).stage == stage
    assert holds()


def test_an_open_handoff_is_open_again(ines):
    handoff, other = factories.handoff(), factories.lead(stage=Stage.MQL, fit=20)
    done = merging.merge(handoff.lead, other, ines)

    undoing.undo(done, ines)

    handoff.refresh_from_db()
    assert (handoff.state, handoff.outcome, handoff.closed_at) == ("open", "", None)
    assert holds()


def test_a_claim_is_the_reps_again(ines):
    dana = factories.rep("Dana Okafor")
    one, other = factories.claimed(dana), factories.claimed(factories.rep("Marcus Weil"))
    done = merging.merge(one.lead, other.lead, ines, ends_work=True)

    undoing.undo(done, ines)

    assert Handoff.objects.held_by(dana).get() == one
    assert fresh(one.lead).owner == dana
    assert holds()
    claims.release(Handoff.objects.get(pk=one.pk), dana, reason="Ill")
    assert holds()


def test_a_wait_goes_on(ines):
    lead, heir = factories.lead(stage=Stage.NURTURE, fit=20), factories.lead()
    wait = Nurture.objects.create(lead=lead, by=ines, cycle=1, return_event="anything")
    done = merging.merge(lead, heir, ines)
    Nurture.objects.filter(pk=wait.pk).update(ended_at=timezone.now(), ended_by="x")

    undoing.undo(done, ines)

    assert Nurture.objects.get(pk=wait.pk).ended_at is None
    assert holds()


def test_what_came_since_is_the_heirs(two, ines):
    old, new = two
    done = merging.merge(new, old, ines)
    (sent,) = ingest_leads(
        [{"email": new.email, "job_title": "CEO"}], integration=factories.integration()
    )
    event = factories.event(old)

    undoing.undo(done, ines)

    assert sent.lead_id == old.pk
    assert fresh(old).job_title == "CEO"
    assert fresh(new).job_title == "CFO"
    assert Event.objects.get(pk=event.pk).lead == old


@pytest.mark.parametrize("after", ["twice", "late", "heir merged", "heir erased"])
def test_what_cannot_be_undone_says_why(two, ines, after):
    old, new = two
    done = merging.merge(new, old, ines)
    at = timezone.now()
    if after == "twice":
        undoing.undo(done, ines)
    elif after == "late":
        at += timedelta(days=31)
    elif after == "heir merged":
        merging.merge(old, factories.lead(), ines)
    else:
        factories.moved(old, Stage.ERASED)

    with pytest.raises(MergeRefused):
        undoing.undo(done, ines, at=at)

    assert holds()


def test_one_after_the_other_all_is_undone(ines):
    one, two, three = (factories.lead("Anna Nowak") for _ in range(3))
    event = factories.event(one)
    before = [state(lead) for lead in (one, two, three)]
    first, second = merging.merge(one, two, ines), merging.merge(two, three, ines)
    assert Event.objects.get(pk=event.pk).lead == three

    undoing.undo(second, ines)
    undoing.undo(first, ines)

    assert [state(lead) for lead in (one, two, three)] == before
    assert Event.objects.get(pk=event.pk).lead == one
    assert holds()


def test_undone_two_are_a_pair_again(ines):
    one, two = (factories.lead("Anna Nowak", phone=PHONE) for _ in range(2))
    search.drain()
    done = merging.merge(two, one, ines)
    assert not Duplicate.objects.open().exists()

    undoing.undo(done, ines)

    assert Duplicate.objects.open().exists()


def test_a_rep_undoes_nothing(two, ines):
    done = merging.merge(two[1], two[0], ines)

    with pytest.raises(policy.NotAllowed):
        undoing.undo(done, factories.rep())


# --- where they came from -------------------------------------------------------------------------


@pytest.fixture
def visits(ines):
    """Anna came from a fair, and, as somebody else, from a webinar."""
    old = came("Fair", "Messe", days=90)
    return old, came("Webinar", "Autumn", days=3)


def came(source, campaign, *, days):
    at = timezone.now() - timedelta(days=days)
    whence = {"source": factories.source(source), "campaign": factories.campaign(campaign)}
    return factories.lead("Anna Nowak", created_at=at, **whence)


def whence(lead):
    lead = Lead.objects.select_related("last_source", "last_campaign").get(pk=lead.pk)
    names = (lead.source, lead.campaign, lead.last_source, lead.last_campaign)
    return tuple(one and one.name for one in names)


def test_the_first_time_is_that_of_the_older_lead_and_the_last_that_of_the_newer(visits, ines):
    old, new = visits
    before = state(new)

    done = merging.merge(old, new, ines)

    assert whence(new) == ("Fair", "Messe", "Webinar", "Autumn")
    assert fresh(new).last_came_at == new.created_at
    undoing.undo(done, ines)
    assert state(new) == before


def test_a_newer_lead_that_goes_is_where_its_heir_came_from_last(visits, ines):
    old, new = visits

    merging.merge(new, old, ines)

    assert whence(old) == ("Fair", "Messe", "Webinar", "Autumn")


def test_where_somebody_said_it_came_from_stands(visits, ines):
    old, new = visits
    editing.edit(new, {"source": "Partner"}, ines)

    merging.merge(old, new, ines)

    assert whence(new)[:2] == ("Partner", "Autumn")

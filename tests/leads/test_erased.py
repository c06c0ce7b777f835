"""Who is erased is erased everywhere: each text of each row of them is gone, or named here."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from funnel.stages import Stage
from leads.duplicates import merging
from leads.models import (
    Adjustment,
    Alias,
    Answer,
    BantItem,
    Consent,
    Delivery,
    ExternalId,
    FollowUp,
    Handoff,
    Import,
    ImportLine,
    Inlet,
    Lead,
    LeadChange,
    Note,
    Nurture,
    Override,
    RawValue,
    StageChange,
    Touch,
    UnreadValue,
    WrongCriterion,
)
from tests import factories

pytestmark = pytest.mark.django_db
# As short as a country.
SECRET = "qz"
# What stays, and why; all that is numbers, times, choices and pointers stays by itself.
KEPT = {
    "Lead.email_key": "its fingerprint: by it they are known to have been erased",
    "Lead.consent": "the proof: the newest of what they said",
    "ExternalId.value": "the same, to another system",
    "Event.type": "counted",
    "Event.external_id": "an event that is sent again is the same",
    "Consent.purpose": "what was asked",
    "Consent.text": "the proof: what they were asked in these words",
    "Consent.channel": "the proof: where",
    "Delivery.content_type": "how it was packed",
    "Delivery.key": "what is sent again is the same",
    "Delivery.asks_for": "the same: it is fetched once",
    "Delivery.waits_for": "an id of another system",
    "Judgement.disqualifier": "the name of a criterion",
    "Judgement.parked_error": "the name of an error of ours",
    "Judgement.points": "numbers",
    "Judgement.grade": "a letter",
    "Merge.moved": "numbers of rows",
    "Merge.wait": "a number and a day",
    "Merge.stage": "counted",
    "Merge.handoff_state": "counted",
    "Nurture.return_event": "a type of events",
    "Nurture.ended_by": "the name of an event, a field or a colleague",
    "Duplicate.why": "names of reasons",
    "WrongCriterion.rule": "the name of a criterion",
    "WrongCriterion.label": "the words of a criterion",
}
TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


SPEAKING = [
    model
    for model in apps.get_models()
    if model is Lead
    or {Lead, Handoff} & {field.related_model for field in model._meta.concrete_fields}
]


def texts(model):
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS)
        and not field.choices
        and f"{model.__name__}.{field.name}" not in KEPT
    ]


def rows_of(leads):
    """All rows that speak of these leads, by model."""
    ids = {Lead: leads, Handoff: list(Handoff.objects.filter(lead__in=leads))}
    for model in SPEAKING:
        whose = Q(pk__in=[lead.pk for lead in leads]) if model is Lead else Q(pk__in=[])
        for field in model._meta.concrete_fields:
            if field.related_model in ids:
                whose |= Q(**{f"{field.name}__in": ids[field.related_model]})
        yield model, model._default_manager.filter(whose)


def secret(model, field):
    """Something about the person, in the shape that such a field has."""
    if field == "reasons":
        line = {"kind": "fit", "rule": "", "label": SECRET, "evidence": SECRET, "points": 80}
        return [line | {"rule": "title", "label": "Leads a team", "points": 0}, line]
    if field == "results":
        return [{"status": "created", "lead": 1, "problems": [{"detail": SECRET}]}]
    if isinstance(found := model._meta.get_field(field), models.JSONField):
        return {"said": SECRET}
    return SECRET.encode() if isinstance(found, models.BinaryField) else SECRET


def says_all(leads):
    """Write the secret wherever a text may stand of these leads."""
    with factories.unguarded():
        Lead.objects.update(last_came_at=timezone.now())
        for model, rows in rows_of(leads):
            if names := texts(model):
                assert rows.exists(), f"make a {model.__name__} here"
                for name in names:
                    rows.update(**{name: secret(model, name)})


def known_to_all(lead):
    """Rows of each model that speaks of a lead."""
    at, ines, website = timezone.now(), factories.marketer(), factories.integration()
    inlet = Inlet.objects.create(
        name="Form", system="form", token=f"t{lead.pk}", integration=website
    )
    file = Import.objects.create(name="list", author=ines, found="CSV", lines_total=1)
    factories.event(lead, properties={"x": 1})
    factories.consent(lead, text="Yes, send me news.", channel="/f/demo")
    ExternalId.objects.create(lead=lead, integration=website, value=f"x{lead.pk}")
    Alias.objects.create(lead=lead, email_key="before@x.example")
    Note.objects.create(lead=lead, by=ines, text="Called")
    BantItem.objects.create(lead=lead, by=ines, item="need", state="known", note="much")
    UnreadValue.objects.create(lead=lead, integration=website, field="country", value="Oz")
    RawValue.objects.create(lead=lead, name="seats", value="many")
    Delivery.objects.create(lead=lead, inlet=inlet, body=b"", state="taken", due_at=None)
    ImportLine.objects.create(of=file, number=1, lead=lead, cells=["x"], status="created")
    LeadChange.objects.create(lead=lead, person=ines, fields={})
    soon = {"ends_at": at + timedelta(days=1), "author": ines, "reason": "Met"}
    Adjustment.objects.create(lead=lead, kind="fit", points=3, **soon)
    Override.objects.create(lead=lead, origin="mql", stage="mql", **soon)
    handoff = factories.rejected(made=lead)
    ended = {"since": at, "ended_at": at, "ended_by": "Ines"}
    Nurture.objects.create(lead=lead, handoff=handoff, by=ines, cycle=1, **ended)
    FollowUp.objects.create(lead=lead, owner=ines, due_at=at, made_at=at, done_at=at)
    Touch.objects.create(handoff=handoff, by=ines, channel="call", result="talked")
    Answer.objects.create(handoff=handoff, by=ines, kind="close", text="No")
    WrongCriterion.objects.create(handoff=handoff, rule="title", flaw="wrong")


@pytest.fixture
def maya():
    """A lead, with one that was merged into it after another was merged into that."""
    ines = factories.marketing_manager()
    first, second, heir = (factories.lead("Maya", stage=Stage.MQL, fit=40) for _ in range(3))
    for lead in (first, second, heir):
        known_to_all(lead)
    factories.duplicate(first, heir)
    merging.merge(first, second, ines)
    merging.merge(second, heir, ines)
    return first, second, Lead.objects.get(pk=heir.pk)


def left_of(leads):
    """Where the secret still stands."""
    return {
        f"{model.__name__}.{name}"
        for model, rows in rows_of(leads)
        for name in texts(model)
        for value in rows.values_list(name, flat=True)
        if SECRET in str(bytes(value) if isinstance(value, memoryview) else value)
    }


def test_no_text_of_who_was_erased_is_left_anywhere(maya):
    says_all(maya)
    assert len(left_of(maya)) > 40

    factories.moved(maya[-1], Stage.ERASED)

    assert left_of(maya) == set()


def test_each_name_that_is_kept_is_one(maya):
    told = {
        f"{model.__name__}.{field.name}"
        for model in SPEAKING
        for field in model._meta.concrete_fields
    }
    assert KEPT.keys() <= told


def test_what_is_counted_stays(maya):
    says_all(maya)
    moves = list(StageChange.objects.order_by("pk").values_list("lead", "origin", "target", "at"))
    before = [Handoff.objects.count(), maya[-1].events.count(), Touch.objects.count()]

    factories.moved(maya[-1], Stage.ERASED)

    after = list(StageChange.objects.order_by("pk").values_list("lead", "origin", "target", "at"))
    assert after[:-1] == moves
    assert [Handoff.objects.count(), maya[-1].events.count(), Touch.objects.count()] == before
    handoff = Handoff.objects.first()
    assert [(line["label"], line["evidence"], line["points"]) for line in handoff.reasons] == [
        ("Leads a team", "", 0),
        ("Adjusted", "", 80),
    ]


def test_the_proof_of_what_they_agreed_to_stays(maya):
    says_all(maya)
    proofs = list(Consent.objects.order_by("pk").values_list("text", "channel", "given", "at"))
    assert set(Consent.objects.values_list("address", flat=True)) == {SECRET}

    factories.moved(maya[-1], Stage.ERASED)

    assert list(Consent.objects.order_by("pk").values_list("text", "channel", "given", "at")) == (
        proofs
    )
    assert {text for text, *_ in proofs} == {"Yes, send me news."}
    assert set(Consent.objects.values_list("address", flat=True)) == {""}


def test_nobody_else_is_forgotten(maya):
    other = factories.lead("Tom Okafor", phone="+46401234567", attributes={"tier": "Gold"})
    known_to_all(other)
    merge = merging.merge(factories.lead("Tom"), other, factories.marketing_manager())
    says_all([other, merge.lead])
    before = left_of([other, merge.lead])

    factories.moved(maya[-1], Stage.ERASED)

    assert left_of([other, merge.lead]) == before


@pytest.mark.parametrize(
    "change", [{"reason": "Something else"}, {"evidence": {"x": 1}}, {"at": timezone.now()}]
)
def test_the_ledger_forgets_and_does_not_learn(maya, change, as_owner):
    lead = factories.moved(maya[-1], Stage.ERASED)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StageChange.objects.filter(lead=lead).update(**change)


def test_of_who_is_somebody_the_ledger_forgets_nothing(as_owner):
    lead = factories.lead(stage=Stage.MQL, fit=20)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StageChange.objects.filter(lead=lead).update(reason="", evidence={})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StageChange.objects.filter(lead=lead).delete()

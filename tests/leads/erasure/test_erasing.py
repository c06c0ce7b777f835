"""Who may erase a person, what ends with it, and what is left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.policy import NotAllowed
from accounts.roles import Role
from funnel.stages import LIVING, Actor, Stage
from leads.duplicates import merging, undoing
from leads.duplicates.merging import MergeRefused
from leads.erasure import erasing
from leads.erasure.erasing import EraseRefused, Why
from leads.invariants import invariants
from leads.models import (
    Duplicate,
    Handoff,
    Lead,
    News,
    Nurture,
    Override,
    StageChange,
)
from tests import factories
from tests.leads.lead.test_offers import at_stage

pytestmark = pytest.mark.django_db


def offences() -> set[tuple[str, str]]:
    """What does not hold of the rows that a factory forges, and of others."""
    answers = invariants.violations()
    return {(answer.name, str(offence)) for answer in answers for offence in answer.offences}


@pytest.mark.parametrize("stage", LIVING)
def test_whoever_works_with_the_lead_all_that_is_under_way_ends(stage):
    lead = at_stage(stage, factories.rep())
    ada, before, wrong = factories.admin(), StageChange.objects.count(), offences()

    erased = erasing.erase(lead, ada, why=Why.ASKED)

    assert (erased.stage, erased.name) == (Stage.ERASED, f"Lead {lead.pk}")
    assert StageChange.objects.count() == before + 1
    last = StageChange.objects.filter(lead=lead).order_by("pk").last()
    assert (last.origin, last.target, last.person) == (stage, Stage.ERASED, ada)
    assert (last.actor, last.reason) == (Actor.MANAGER, "Asked to be erased")
    assert not Handoff.objects.exclude(state="closed").exists()
    assert not Nurture.objects.filter(ended_at=None).exists()
    assert offences() <= wrong
    for role in Role:
        assert not Lead.objects.visible_to(factories.person(role)).filter(pk=lead.pk).exists()


def test_what_sales_held_is_withdrawn_and_named_in_the_ledger():
    held = factories.claimed(factories.rep())

    erasing.erase(held.lead, factories.admin(), why=Why.ASKED)

    held.refresh_from_db()
    assert (held.state, held.outcome) == ("closed", "withdrawn")
    assert StageChange.objects.get(target=Stage.ERASED).handoff == held


def test_what_a_person_said_ends_and_no_pair_asks_any_more():
    lead, other = factories.lead(), factories.lead()
    factories.duplicate(lead, other)
    soon = timezone.now() + timedelta(days=1)
    author = factories.marketing_manager()
    Override.objects.create(
        lead=lead, origin="lead", stage="lead", ends_at=soon, author=author, reason="Met"
    )
    Lead.objects.filter(pk=lead.pk).update(held_until=soon)
    ada = factories.admin()

    erased = erasing.erase(lead, ada, why=Why.NEEDLESS)

    assert erased.held_until is None
    assert Override.objects.get().ended_by == ada
    assert not Duplicate.objects.open().exists()


def test_colleagues_are_judged_anew():
    lead = factories.lead()
    News.objects.all().delete()

    erasing.erase(lead, factories.admin(), why=Why.ASKED)

    assert News.objects.filter(company=lead.company_id).exists()


def test_who_became_a_part_of_them_is_erased_too_and_comes_not_apart_again():
    ines, part, heir = factories.marketer(), factories.lead("Maya"), factories.lead("Maya")
    done = merging.merge(part, heir, ines)

    erasing.erase(heir, factories.admin(), why=Why.ASKED)

    part.refresh_from_db()
    assert (part.stage, part.first_name, part.email) == (Stage.MERGED, "", "")
    done.refresh_from_db()
    with pytest.raises(MergeRefused, match="is there no more"):
        undoing.undo(done, ines)


def test_once_and_no_more():
    lead, ada = factories.lead(), factories.admin()
    erasing.erase(lead, ada, why=Why.ASKED)

    with pytest.raises(EraseRefused, match=f"Lead {lead.pk} was erased meanwhile"):
        erasing.erase(lead, ada, why=Why.ASKED)

    assert StageChange.objects.filter(target=Stage.ERASED).count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_but_an_admin(role):
    lead = factories.lead()

    with pytest.raises(NotAllowed, match="Only admins can erase people"):
        erasing.erase(lead, factories.person(role), why=Why.ASKED)

    assert Lead.objects.get(pk=lead.pk).stage == Stage.INQUIRY

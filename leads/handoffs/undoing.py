"""A claim, an accept or a reject taken back a moment later, as if it had not been."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import Actor, Stage
from leadportal.db import clock
from leads import ledger, news
from leads.columns import LEAD_COLUMNS
from leads.editing.said import TOLD, whose
from leads.handoffs import claims
from leads.ledger import UNDONE
from leads.models import Handoff, HandoffState, Lead, LeadChange, Outcome, StageChange

UNDO_WITHIN = timedelta(seconds=10)
# The toast says ten seconds; what was pressed in the last of them still arrives.
ON_THE_WAY = timedelta(seconds=5)
_UNDOABLE = (Stage.CLAIMED, Stage.ACCEPTED, Stage.REJECTED)


class TooLate(Exception):
    """It cannot be undone any more; says why."""


@transaction.atomic
def undo(handoff: Handoff, person: User, *, at: datetime | None = None) -> Handoff:
    """Take back one's own last claim, accept or reject of this handoff, within ten seconds.

    Not a release: nothing is counted, the clocks are the ones it had. Raises TooLate or NotAllowed.
    """
    policy.require(person, Action.WORK_HANDOFFS)
    at = at or clock.now()
    lead = Lead.objects.locked().get(pk=handoff.lead_id)
    handoff = Handoff.objects.select_for_update(no_key=True).get(pk=handoff.pk)
    last = StageChange.objects.filter(lead=lead).order_by("-pk")[0]
    _check(last, handoff, person, at)
    columns, sets = _as_before(handoff, person, last)
    sets |= _unsaid(lead, person, last.at)
    for name, value in columns.items():
        setattr(handoff, name, value)
    handoff.save(update_fields=list(columns))
    if last.target == Stage.REJECTED:
        handoff.wrong_criteria.all().delete()
    ledger.move(
        lead.pk,
        Stage(last.origin),
        at=at,
        actor=Actor.REP,
        person=person,
        handoff=handoff,
        reason=UNDONE,
        sets=sets,
    )
    # Back on the machine's side of the line, it may have changed meanwhile.
    news.of_leads([lead.pk], at)
    return handoff


def _check(last: StageChange, handoff: Handoff, person: User, at: datetime) -> None:
    mine = last.person_id == person.pk and last.handoff_id == handoff.pk
    if not mine or last.target not in _UNDOABLE or last.reason == UNDONE:
        raise TooLate("Something else has happened since, so this cannot be undone.")
    if at > last.at + UNDO_WITHIN + ON_THE_WAY:
        raise TooLate("That was more than ten seconds ago.")
    if handoff.answers.exists():
        raise TooLate("Marketing has answered already.")
    if last.target == Stage.CLAIMED and handoff.touches.filter(logged_at__gte=last.at).exists():
        raise TooLate("A touch was logged since. Give the lead back instead.")


def _as_before(
    handoff: Handoff, person: User, last: StageChange
) -> tuple[dict[str, object], dict[str, object]]:
    """Columns of the handoff and of the lead as they were before the last move."""
    if last.target == Stage.CLAIMED:
        return dict(claims.FREED), {"owner_id": None}
    before: dict[str, object] = {
        "state": HandoffState.CLAIMED,
        "outcome": "",
        "closed_at": None,
        "reason": None,
        "note": "",
        "may_return": None,
        "answer_due_at": None,
    }
    if last.origin == Stage.ACCEPTED:
        accepted = StageChange.objects.filter(handoff=handoff, target=Stage.ACCEPTED)
        before["state"], before["outcome"] = HandoffState.CLOSED, Outcome.ACCEPTED
        before["closed_at"] = accepted.latest("pk").at
    return before, {"owner_id": person.pk}


def _unsaid(lead: Lead, person: User, at: datetime) -> dict[str, object]:
    """Columns of the lead as they were before what was typed with the verdict; that is forgotten.

    Where a machine has said something else since, the word is a typed one still and tells of both.
    """
    said = LeadChange.objects.filter(lead=lead, person=person, at=at).first()
    if said is None:
        return {}
    said.delete()
    words = whose(Lead.objects.annotate(**TOLD).get(pk=lead.pk))
    typed = dict(lead.typed or {})
    for name in said.fields:
        if not words.get(name, words[""]).by_person and not typed.get(name):
            typed.pop(name, None)
    before = {
        column.name: column.field.to_python(said.fields[column.name][0])
        for column in LEAD_COLUMNS
        if column.name in said.fields
    }
    return {**before, "typed": typed or None}

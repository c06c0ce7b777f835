"""Who objected to being scored: the criteria let go of them, and people decide.

An objection is a withdrawn consent to scoring (leads/consent.py), so it comes by every road that a
consent does, and goes with its person. What the criteria had decided is taken back: no score, no
history of scores, and who stood on a rung by them alone is an inquiry again. What people decided
stands, and what was told of a handoff at its time.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import connection

from funnel.stages import LADDER, Actor, Stage
from leadportal.db import prepared
from leads import ledger, news
from leads.consent import MARKETING, OBJECTED
from leads.judging.basis import Basis
from leads.models import DayScore, Handoff, HandoffState, Lead, Outcome, Override

REASON = "They objected to being scored"
# When to look again at a lead that somebody held at the moment of its move.
LATER = timedelta(seconds=1)

# Reads lead_objected, which holds next to nobody, from end to end of a batch.
_WHO = f"SELECT l.id FROM leads_lead l WHERE l.id BETWEEN %(first)s AND %(last)s AND {OBJECTED}"  # noqa: S608 - constants
# Due once more where a person keeps the lead on a rung until a day.
_FORGET = """
UPDATE leads_judgement j SET version_id = NULL, fit = NULL, intent = NULL, total = NULL, grade = '',
    points = '{}', scored_at = NULL, below_since = NULL, attempts = 0, rescore_at = (
        SELECT held_until FROM leads_lead l WHERE l.id = j.lead_id AND held_until > %(at)s)
 WHERE j.lead_id = ANY(%(ids)s)
"""


def among(lead_ids: Sequence[int]) -> set[int]:
    """Of these leads, who objected."""
    edges = {"first": min(lead_ids), "last": max(lead_ids)}
    return {pk for (pk,) in prepared.fetch(_WHO, edges)}.intersection(lead_ids)


def let_go(lead_ids: Sequence[int], basis: Basis) -> set[int]:
    """Let go of those among these leads who objected, whose judgements the caller has locked.

    Gives who they are. One whom somebody else writes this moment is moved a second later.
    """
    ids = among(lead_ids)
    if not ids:
        return ids
    rows = Lead.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    found = list(rows.filter(pk__in=ids).select_related("judgement").order_by("pk"))
    _move([lead for lead in found if _is_by_criteria(lead, basis)], basis)
    forget(ids, basis)
    news.of_leads(ids - {lead.pk for lead in found}, basis.at + LATER)
    return ids


def forget(lead_ids: Collection[int], basis: Basis) -> None:
    """Take away what the criteria made of these leads."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"ids": list(lead_ids), "at": basis.at})
    DayScore.objects.filter(lead__in=lead_ids).delete()


def without_rules(basis: Basis) -> Basis:
    """The same basis, by which nobody has points: for a person who moves who objected."""
    return replace(basis, rulebook=replace(basis.rulebook, rules=()))


def _is_by_criteria(lead: Lead, basis: Basis) -> bool:
    """Whether the criteria put a lead where it stands, and nobody keeps it there."""
    if lead.stage == Stage.DISQUALIFIED:
        return bool(lead.judgement.disqualifier)
    if lead.stage not in LADDER[1:]:
        return False
    is_held = lead.held_until is not None and lead.held_until > basis.at
    return not is_held or _lacks_consent(lead, basis)


def _lacks_consent(lead: Lead, basis: Basis) -> bool:
    """No override outlives a consent."""
    asks = basis.rulebook.asks_consent and lead.stage in (Stage.MQL, Stage.SQL)
    return asks and lead.consent.get(MARKETING) is not True


def _move(leads: Sequence[Lead], basis: Basis) -> None:
    """Make inquiries of them again; an open handoff is withdrawn."""
    if not leads:
        return
    open_ = Handoff.objects.open().filter(lead__in=leads)
    handoffs = {one.lead_id: one for one in open_.select_for_update(no_key=True)}
    open_.update(state=HandoffState.CLOSED, outcome=Outcome.WITHDRAWN, closed_at=basis.at)
    kept = Override.objects.filter(lead__in=leads, ends_at__gt=basis.at)
    kept.update(ends_at=basis.at)
    sets = {lead.pk: {"held_until": None} for lead in leads}
    ledger.write(list(_steps(leads, handoffs, basis)), sets)


def _steps(
    leads: Iterable[Lead], handoffs: dict[int, Handoff], basis: Basis
) -> Iterator[ledger.LedgerRow]:
    for lead in leads:
        steps = ledger.moves_to(
            Stage.INQUIRY, lead, at=basis.at, actor=Actor.MACHINE, reason=REASON
        )
        handoff = handoffs.get(lead.pk)
        for step in steps:
            of_queue = handoff is not None and Stage.SQL in (step.origin, step.target)
            yield replace(
                step,
                version_id=step.version_id or basis.version.pk,
                handoff_id=handoff.pk if handoff and of_queue else None,
            )

"""Judge a batch of leads by the live criteria: score them, move their stages, hand them over.

One batch is one transaction: the judgements are locked, and one statement writes those of who
stays, and only what changed. Those that move are judged by its longer form, which also writes
their ledger rows, with the evidence, and their handoffs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from funnel.stages import TOMBSTONES
from funnel.versions import current
from leadportal.db import prepared
from leads import news
from leads.judging import objected
from leads.judging.basis import Basis
from leads.judging.hearing import hear, tell_colleagues
from leads.judging.moving import ByHand, say_why
from leads.judging.rescored import note
from leads.judging.scoring import Scored, score, score_and_move

# When to look again at a lead that somebody held at the moment of its move.
LATER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a batch: leads scored, rows written, stages moved."""

    scored: int = 0
    changed: int = 0
    moved: int = 0


_HOLD_LEADS = (
    "SELECT id FROM leads_lead WHERE id = ANY(%(ids)s) AND stage <> ALL(%(gone)s) "
    "ORDER BY id FOR NO KEY UPDATE"
)
_HOLD_JUDGEMENTS = (
    "SELECT lead_id FROM leads_judgement WHERE lead_id = ANY(%(ids)s) "
    "ORDER BY lead_id FOR NO KEY UPDATE"
)


# The leads before their judgements, all of them: the array is there before the second half begins,
# and both before the live version is held. The drain, which has them the other way round, never
# waits.
_HOLD_ALL = f"""
WITH held AS MATERIALIZED ({_HOLD_LEADS}), judgements AS MATERIALIZED (
    SELECT lead_id FROM leads_judgement WHERE lead_id = ANY(ARRAY(SELECT id FROM held))
    ORDER BY lead_id FOR NO KEY UPDATE
)
SELECT ARRAY(SELECT lead_id FROM judgements), {current.HOLD}
"""  # noqa: S608 - constants


@transaction.atomic
def qualify(lead_ids: Sequence[int], *, at: datetime | None = None) -> Judged:
    """Judge exactly these leads, waiting for whoever holds them."""
    ((held, _),) = prepared.fetch(_HOLD_ALL, {"ids": list(lead_ids), "gone": [*TOMBSTONES]})
    basis = Basis.of_held(at)
    active = hear(held, basis.at)
    judged = judge(held, basis, have_news=True)
    tell_colleagues(active, basis.rulebook, basis.at)
    return judged


def judge(
    lead_ids: Sequence[int], basis: Basis, *, have_news: bool = False, are_new: bool = False
) -> Judged:
    """Judge leads whose judgements the caller has locked, inside the caller's transaction.

    `have_news` where something about them changed, so that they are as of now whatever comes of it.
    `are_new` where nobody judged them before: nearly all will move. Who is to move while somebody
    else writes them stays as they are, and due; what is new of them a second later. Who objected to
    being scored is let go of.
    """
    if not lead_ids:
        return Judged()
    changed, departing = 0, list(lead_ids)
    if are_new:
        gone = objected.let_go(lead_ids, basis)
        departing = [pk for pk in lead_ids if pk not in gone]
    else:
        stayed = score(lead_ids, basis, have_news=have_news)
        note(stayed.rejudged, {}, basis)
        changed, departing = stayed.changed, stayed.departing
        if stayed.judged < len(lead_ids):
            objected.let_go(lead_ids, basis)
    if not departing:
        return Judged(len(lead_ids), changed)
    held = _held(f"{_HOLD_LEADS} SKIP LOCKED", departing, gone=[*TOMBSTONES])
    missed = set(departing) - set(held)
    scored = len(lead_ids) - len(missed)
    if have_news:
        news.of_leads(missed, basis.at + LATER)
    moved = score_and_move(held, basis, have_news=have_news)
    _tell(moved, basis)
    return Judged(scored, changed + moved.changed, moved.moved)


def put(lead_id: int, basis: Basis, by_hand: ByHand) -> None:
    """Judge a lead that the caller has locked, and move it where a person says."""
    _held(_HOLD_JUDGEMENTS, [lead_id])
    is_scored = not objected.among([lead_id])
    basis = basis if is_scored else objected.without_rules(basis)
    _tell(score_and_move([lead_id], basis, have_news=True, by_hand=by_hand), basis)
    if not is_scored:
        objected.forget([lead_id], basis)


def _held(statement: str, lead_ids: Sequence[int], **params: Any) -> list[int]:
    return [lead for (lead,) in prepared.fetch(statement, {"ids": list(lead_ids), **params})]


def _tell(moved: Scored, basis: Basis) -> None:
    say_why(moved.opened, basis)
    note(moved.rejudged, moved.moves, basis)

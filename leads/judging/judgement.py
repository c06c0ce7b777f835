"""Judge a batch of leads by the live criteria: score them, move their stages, hand them over.

One batch is one transaction: the judgements are locked, and one statement writes those of who
stays, and only what changed. Those that move are judged by its longer form, which also writes
their ledger rows, with the evidence, and their handoffs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from funnel.stages import TOMBSTONES
from leads.judging.basis import Basis
from leads.judging.moving import ByHand, say_why
from leads.judging.rescored import note
from leads.judging.scoring import Scored, score, score_and_move


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a batch: leads scored, rows written, stages moved."""

    scored: int = 0
    changed: int = 0
    moved: int = 0


# The lead before its judgement. Whoever judges in batches waits for neither.
_LOCK = (
    "SELECT id FROM leads_lead WHERE id = ANY(%s) AND stage <> ALL(%s) "
    "ORDER BY id FOR NO KEY UPDATE",
    "SELECT lead_id FROM leads_judgement WHERE lead_id = ANY(%s) "
    "ORDER BY lead_id FOR NO KEY UPDATE",
)


@transaction.atomic
def qualify(lead_ids: Sequence[int], *, at: datetime | None = None) -> Judged:
    """Judge exactly these leads, waiting for whoever holds them."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK[0], [list(lead_ids), list(TOMBSTONES)])
        held = [row[0] for row in cursor.fetchall()]
        cursor.execute(_LOCK[1], [held])
    return judge(held, Basis.now(at), have_news=True)


def judge(lead_ids: Sequence[int], basis: Basis, *, have_news: bool = False) -> Judged:
    """Judge leads whose judgements the caller has locked, inside the caller's transaction.

    `have_news` where something about them changed, so that they are as of now whatever comes of it.
    """
    if not lead_ids:
        return Judged()
    stayed = score(lead_ids, basis, have_news=have_news)
    note(stayed.rejudged, {}, basis)
    if not stayed.departing:
        return Judged(len(lead_ids), stayed.changed)
    moved = score_and_move(stayed.departing, basis, have_news=have_news)
    _told(moved, basis)
    return Judged(len(lead_ids), stayed.changed + moved.changed, moved.moved)


def put(lead_id: int, basis: Basis, by_hand: ByHand) -> None:
    """Judge a lead that the caller has locked, and move it where a person says."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK[1], [[lead_id]])
    _told(score_and_move([lead_id], basis, have_news=True, by_hand=by_hand), basis)


def _told(moved: Scored, basis: Basis) -> None:
    say_why(moved.opened, basis)
    note(moved.rejudged, moved.moves, basis)

"""Judge a batch of leads by the live criteria: score them, move their stages, hand them over.

One batch is one transaction: the leads are locked, scored by one statement that writes only what
changed, and those that move get their ledger rows, with the evidence, and their handoffs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from funnel.stages import TOMBSTONES
from leads.judging.basis import Basis
from leads.judging.moving import tell
from leads.judging.rescored import note
from leads.judging.scoring import score


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a batch: leads scored, rows written, stages moved."""

    scored: int = 0
    changed: int = 0
    moved: int = 0


@transaction.atomic
def qualify(lead_ids: Sequence[int], *, at: datetime | None = None) -> Judged:
    """Judge exactly these leads, waiting for whoever holds them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE id = ANY(%s) AND stage <> ALL(%s) "
            "ORDER BY id FOR NO KEY UPDATE",
            [list(lead_ids), list(TOMBSTONES)],
        )
        locked = [row[0] for row in cursor.fetchall()]
    return judge(locked, Basis.now(at))


def judge(lead_ids: Sequence[int], basis: Basis) -> Judged:
    """Judge leads the caller has locked, inside the caller's transaction."""
    if not lead_ids:
        return Judged()
    changed, rejudged, departures = score(lead_ids, basis)
    if departures:
        tell(departures, basis)
    if rejudged:
        note(rejudged, departures, basis)
    return Judged(len(lead_ids), changed, len(departures))

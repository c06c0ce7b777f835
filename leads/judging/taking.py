"""Which leads are due to be judged, and why: taken so that no other worker takes them too."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from funnel.stages import TOMBSTONES
from leadportal.db import prepared
from leads.judging.basis import Basis

# Leads of one transaction. To plan the statement is as dear as to judge some hundreds, where that
# must be; but who comes in meanwhile waits for all, and what is one batch has no second worker.
BATCH = 5_000


@dataclass(slots=True)
class Taken:
    """Leads locked to be judged; those of them that did something, and when it was received."""

    ids: list[int] = field(default_factory=list)
    # Whether there is news of them, so that they are as of now, whatever comes of it.
    have_news: bool = False
    are_new: bool = False
    active: dict[int, datetime] = field(default_factory=dict)


# News of a lead that another worker holds stays for the next look; of one that is not judged any
# more it is taken away, and counts for the colleagues all the same.
_TAKE_NEWS = """
WITH held AS (
    SELECT j.lead_id FROM (
        SELECT lead_id FROM leads_news WHERE lead_id IS NOT NULL AND at <= %(at)s
          AND (%(among)s::bigint[] IS NULL OR lead_id = ANY(%(among)s::bigint[]))
        ORDER BY id OFFSET 0
    ) n CROSS JOIN LATERAL (
        -- Lead by lead: joined, each might read all judgements (leads/facts/tables.py).
        SELECT lead_id FROM leads_judgement WHERE lead_id = n.lead_id
        FOR NO KEY UPDATE SKIP LOCKED
    ) j LIMIT %(limit)s
), told AS (
    DELETE FROM leads_news n
    WHERE n.lead_id = ANY(ARRAY(SELECT lead_id FROM held)) AND n.at <= %(at)s
    RETURNING n.lead_id, n.at, n.spreads
), stirred AS (
    -- Who waits in nurture for something new may come back (leads/nurture).
    UPDATE leads_nurture w SET look_at = %(at)s
    WHERE w.lead_id = ANY(ARRAY(SELECT lead_id FROM held)) AND w.ended_at IS NULL
      AND w.return_event <> '' AND NOT w.by_hand_only
)
SELECT lead_id, min(at) FILTER (WHERE spreads),
    (SELECT stage FROM leads_lead WHERE id = lead_id) <> ALL(%(gone)s)
    AND (SELECT parked_error FROM leads_judgement j WHERE j.lead_id = told.lead_id) = ''
FROM told GROUP BY lead_id ORDER BY lead_id
"""
# Each reads an index made for it (Judgement.Meta); all skip what somebody else holds.
_TAKE = """
SELECT j.lead_id FROM leads_judgement j
WHERE j.parked_error = ''
  AND (SELECT l.stage FROM leads_lead l WHERE l.id = j.lead_id) <> ALL(%(gone)s)
  AND (%(among)s::bigint[] IS NULL OR j.lead_id = ANY(%(among)s::bigint[]))
  AND {due} ORDER BY {order}
LIMIT %(limit)s FOR NO KEY UPDATE OF j SKIP LOCKED
"""
# Why a judgement is due, the most urgent first, and in which order they are taken. A suspect waits
# for its next try; a scheduled version may go live after one that was drafted later.
_BY_VERSION = "j.version_id, j.lead_id"
_NEW = ("j.version_id IS NULL AND j.rescore_at <= %(at)s", _BY_VERSION)
_BY_TIME = ("j.rescore_at <= %(at)s", "j.rescore_at")
_DUE = (
    _NEW,
    _BY_TIME,
    *(
        (
            f"j.version_id {others} %(version)s AND (j.attempts = 0 OR j.rescore_at <= %(at)s)",
            _BY_VERSION,
        )
        for others in "<>"
    ),
)
# Most looks find nothing, or one kind: one question for all of them. In the order of their indexes,
# or the planner might read the whole table to find none.
_FIRST = (
    "(SELECT j.lead_id FROM leads_judgement j WHERE j.parked_error = '' AND {} ORDER BY {} LIMIT 1)"
)
_ANY = "SELECT {}".format(
    ", ".join(
        f"{first} IS NOT NULL"
        for first in (
            "(SELECT id FROM leads_news WHERE lead_id IS NOT NULL AND at <= %(at)s "
            "ORDER BY id LIMIT 1)",
            *(_FIRST.format(*kind) for kind in _DUE),
        )
    )
)


_ARE_MANY = """
SELECT count(*) > %(batch)s FROM (
    SELECT FROM leads_judgement WHERE parked_error = '' AND rescore_at <= %(at)s
    LIMIT %(batch)s::int + 1
) AS due
"""


def take(basis: Basis, limit: int, among: Sequence[int] | None = None) -> Taken:
    """Lock up to `limit` leads that are due for one reason, the most urgent one first."""
    time, version = {"at": basis.at}, {"version": basis.version.pk}
    which: dict[str, Any] = {
        "gone": list(TOMBSTONES),
        "among": None if among is None else list(among),
        "limit": limit,
    }
    ((have_news, *are_due),) = prepared.fetch(_ANY, time | version)
    active: dict[int, datetime] = {}
    while have_news:
        rows = prepared.fetch(_TAKE_NEWS, time | which)
        active |= {lead: at for lead, at, _ in rows if at is not None}
        if ids := [lead for lead, _, is_judged in rows if is_judged]:
            return Taken(ids, have_news=True, active=active)
        have_news = bool(rows)
    for kind, is_due in zip(_DUE, are_due, strict=True):
        if is_due:
            due, order = kind
            if kind is _BY_TIME:
                ((are_many,),) = prepared.fetch(_ARE_MANY, time | {"batch": BATCH})
                order = "j.lead_id" if are_many else order
            of_kind = time | which | (version if "%(version)s" in due else {})
            if rows := prepared.fetch(_TAKE.format(due=due, order=order), of_kind):
                return Taken(sorted(lead for (lead,) in rows), are_new=kind is _NEW, active=active)
    return Taken(active=active)

"""The one statement that scores a batch, finds where each lead goes, and writes who stays.

It relies on the primary key of leads for `l.id = ANY`, and on event_lead_newest for the events of
the batch, which are read once for all rules.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from funnel.scoring import Scoring, compile_rulebook
from funnel.stages import LADDER, Stage
from leadportal.db import prepared
from leadportal.db.pieces import Sql, param
from leads.facts import TableFacts
from leads.judging.basis import Basis


@dataclass(frozen=True, slots=True)
class Departure:
    """A lead whose stage the criteria change: from, to, the cause, and how it was judged."""

    id: int
    stage: str
    target: str
    cycle: int
    fit: int
    intent: int
    total: int
    cause: str
    disqualifier: str
    is_rejudged: bool
    grade: str
    points: list[int | None]
    rescore_at: datetime | None


class Scored(NamedTuple):
    """Leads that changed, those that another version had judged before, and who moves."""

    changed: int
    rejudged: int
    departures: list[Departure]


_RANK = "array_position(ARRAY['inquiry','lead','mql','sql'], {})"

_STATEMENT = """
WITH judged AS MATERIALIZED (
    SELECT l.id, l.stage, l.cycle, s.fit, s.intent, s.total, s.grade, {points} AS points,
           (l.fit, l.intent) IS DISTINCT FROM (s.fit, s.intent) AS has_new_score,
           coalesce(l.version_id <> {version}, FALSE) AS is_rejudged,
           -- Of a disqualified lead, the one that made it so; blank where a person did.
           CASE WHEN l.stage = 'disqualified' AND m.target IS NULL THEN l.disqualifier
                ELSE d.disqualifier END AS disqualifier, m.target, m.cause, m.below_since,
           least(d.changes_at, m.below_since + {grace},
                 CASE WHEN m.target IS NULL AND l.held_until > {at} THEN l.held_until END)
               AS rescore_at
    FROM {tables}{laterals} CROSS JOIN LATERAL ({move}) m
    WHERE l.id = ANY({ids})
), changed AS (
    UPDATE leads_lead AS l SET
        version_id = {version}, fit = j.fit, intent = j.intent, total = j.total,
        grade = j.grade, points = j.points, scored_at = {at},
        disqualifier = j.disqualifier,
        below_since = j.below_since, rescore_at = j.rescore_at, stale_at = NULL, attempts = 0
    FROM judged j
    -- Said again for the planner: right after a large import its statistics know no such table.
    WHERE l.id = j.id AND l.id = ANY({ids}) AND j.target IS NULL AND (
        l.stale_at IS NOT NULL OR l.attempts > 0
        OR (l.version_id, l.fit, l.intent, l.total, l.grade, l.points, l.disqualifier,
            l.below_since, l.rescore_at)
           IS DISTINCT FROM
           ({version}, j.fit, j.intent, j.total, j.grade, j.points, j.disqualifier,
            j.below_since, j.rescore_at)
    )
    RETURNING l.id
), kept AS (
    -- The last result of a day is the day's.
    INSERT INTO leads_dayscore AS h (lead_id, day, fit, intent, total, version_id)
    SELECT id, ({at} AT TIME ZONE 'UTC')::date, fit, intent, total, {version}
    FROM judged WHERE has_new_score
    ON CONFLICT (lead_id, day) DO UPDATE SET fit = excluded.fit, intent = excluded.intent,
        total = excluded.total, version_id = excluded.version_id
)
SELECT n.changed + n.departing, n.rejudged,
       j.id, j.stage, j.target, j.cycle, j.fit, j.intent, j.total, j.cause, j.disqualifier,
       j.is_rejudged, j.grade, j.points, j.rescore_at
FROM (SELECT (SELECT count(*) FROM changed) AS changed,
             (SELECT count(*) FROM judged WHERE target IS NOT NULL) AS departing,
             (SELECT count(*) FROM judged WHERE is_rejudged) AS rejudged) n
LEFT JOIN judged j ON j.target IS NOT NULL
ORDER BY j.id
"""

# Where a lead goes, if anywhere, as the table of moves lets the machine move it. Upwards at once;
# downwards at once when a new version or a missing consent is the cause, else after the grace.
_MOVE = """
SELECT g.target, CASE WHEN g.is_below AND g.target IS NULL THEN coalesce(l.below_since, {at}) END
           AS below_since, g.cause
FROM (SELECT
    CASE WHEN NOT g0.movable THEN NULL
         -- Consent is not a person's to give in another's name: no override outlives it.
         WHEN g0.held AND NOT (g0.lacks_consent AND g0.want < g0.have) THEN NULL
         WHEN d.disqualifier <> '' THEN nullif('disqualified', l.stage)
         WHEN l.stage = 'disqualified' THEN CASE WHEN l.disqualifier <> '' THEN d.target END
         WHEN g0.want > g0.have THEN d.target
         WHEN g0.want < g0.have AND (g0.is_new_version OR g0.lacks_consent OR g0.grace_is_over)
         THEN d.target END AS target,
    g0.movable AND NOT g0.held AND d.disqualifier = '' AND g0.want < g0.have AS is_below,
    CASE WHEN d.disqualifier <> '' THEN 'disqualifier'
         WHEN l.stage = 'disqualified' THEN 'free'
         WHEN g0.want > g0.have THEN 'up' WHEN g0.lacks_consent THEN 'consent'
         WHEN g0.is_new_version THEN 'version' ELSE 'grace' END AS cause
    FROM (SELECT
        l.stage = ANY({movable}) AS movable, coalesce(l.held_until > {at}, FALSE) AS held,
        {have} AS have, {want} AS want,
        l.version_id IS DISTINCT FROM {version} AND l.version_id IS NOT NULL AS is_new_version,
        {allowed} < {have} AS lacks_consent,
        coalesce(l.below_since, {at}) + {grace} <= {at} AS grace_is_over
    ) g0
) g
"""


def score(lead_ids: Sequence[int], basis: Basis) -> Scored:
    """Write the new scores of those that stay; who moves is written with the ledger, by `tell`."""
    query = statement(lead_ids, basis)
    rows = prepared.fetch_by_criteria(query.text, query.params, list(lead_ids))
    changed, rejudged = rows[0][:2]
    return Scored(changed, rejudged, [Departure(*row[2:]) for row in rows if row[2] is not None])


def statement(lead_ids: Sequence[int], basis: Basis) -> Sql:
    """The whole scoring of a batch as one statement."""
    source = TableFacts(lead_ids, basis.at, basis.portal)
    scoring: Scoring = compile_rulebook(basis.rulebook, source)
    pieces = _pieces(basis) | {
        "ids": param(list(lead_ids)),
        "points": scoring.points,
        "tables": source.tables(basis.rulebook.tests()),
        "laterals": scoring.laterals,
        "move": destination(basis),
    }
    return _filled(_STATEMENT, pieces)


def destination(basis: Basis) -> Sql:
    """What stands in a lateral behind those of a scoring: `target` (NULL: it stays), `cause`."""
    return _filled(_MOVE, _pieces(basis))


def _pieces(basis: Basis) -> dict[str, Sql]:
    return {
        "at": param(basis.at, "timestamptz"),
        "version": param(basis.version.pk),
        "grace": param(timedelta(days=basis.portal.grace_days), "interval"),
        "movable": param([*LADDER, Stage.DISQUALIFIED], "text[]"),
        "have": Sql(_RANK.format("l.stage")),
        "want": Sql(_RANK.format("d.target")),
        "allowed": Sql(_RANK.format("d.allowed")),
    }


def _filled(template: str, pieces: dict[str, Sql]) -> Sql:
    """The template with its named places filled, the parameters in the order of the places."""
    names = re.findall(r"{(\w+)}", template)
    return Sql(re.sub(r"{\w+}", "{}", template)) % tuple(pieces[name] for name in names)

"""The one statement that judges a batch: scores it, finds where each lead goes, and writes it.

Whoever stays needs no more than its own row of leads_judgement. For those that move the statement
has a second half (leads/judging/moving.py); most batches move few, so it is asked only for these.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from funnel.models import Queue
from funnel.scoring import Scoring, compile_rulebook
from funnel.stages import LADDER, Stage
from leadportal.db import prepared
from leadportal.db.pieces import Sql, filled, param
from leads.consent import OBJECTED
from leads.facts.tables import TableFacts
from leads.judging.basis import Basis
from leads.judging.hearing import asks_for_colleagues
from leads.judging.moving import RESULT, ByHand, Opened, movers


@dataclass(frozen=True, slots=True)
class Scored:
    """Leads judged, rows written, those that another version had judged, and who is to be moved.

    Of those that were moved: how many by "from>to", and the handoffs opened for them.
    """

    judged: int
    changed: int
    rejudged: int
    departing: list[int]
    moved: int = 0
    moves: dict[str, int] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)


_RANK = "array_position(ARRAY['inquiry','lead','mql','sql'], {})"

# The rows are locked by now, and stay where they are: they are found again by their places.
_STATEMENT = """
WITH judged AS MATERIALIZED (
    SELECT l.id, j.place, l.stage, l.cycle, s.fit, s.intent, s.total, s.grade,
           {points} AS points,
           (j.fit, j.intent) IS DISTINCT FROM (s.fit, s.intent) AS has_new_score,
           coalesce(j.version_id <> {version}, FALSE) AS is_rejudged,
           -- Of a disqualified lead, the one that made it so; blank where a person did.
           CASE WHEN l.stage = 'disqualified' AND m.target IS NULL THEN j.disqualifier
                WHEN m.cause = 'hand' AND m.target = 'disqualified' THEN ''
                ELSE s.disqualifier END AS disqualifier, m.target, m.cause, m.below_since,
           least(s.changes_at, m.below_since + {grace},
                 CASE WHEN m.held_until > {at} THEN m.held_until END) AS rescore_at,
           m.held_until{seen}
    FROM {tables}{lateral} CROSS JOIN LATERAL ({move}) m
    WHERE l.id = ANY({ids}){range}{asked}
), {movers}changed AS (
    UPDATE leads_judgement AS j SET
        version_id = {version}, fit = n.fit, intent = n.intent, total = n.total,
        grade = n.grade, points = n.points, scored_at = {at}, disqualifier = n.disqualifier,
        below_since = n.below_since, rescore_at = n.rescore_at, attempts = 0
    FROM judged n
    WHERE j.ctid = n.place AND {written} AND (
        {have_news} OR j.attempts > 0
        OR (j.version_id, j.fit, j.intent, j.total, j.grade, j.points, j.disqualifier,
            j.below_since, j.rescore_at)
           IS DISTINCT FROM
           ({version}, n.fit, n.intent, n.total, n.grade, n.points, n.disqualifier,
            n.below_since, n.rescore_at)
    )
    RETURNING n.id
), kept AS (
    -- The last result of a day is the day's.
    INSERT INTO leads_dayscore AS h (lead_id, day, fit, intent, total, version_id)
    SELECT n.id, {today}, n.fit, n.intent, n.total, {version}
    FROM judged n WHERE n.has_new_score AND {written}
    ON CONFLICT (lead_id, day) DO UPDATE SET fit = excluded.fit, intent = excluded.intent,
        total = excluded.total, version_id = excluded.version_id
)
{result}
"""
_STAYERS = """
SELECT count(*), (SELECT count(*) FROM changed),
       count(*) FILTER (WHERE target IS NULL AND is_rejudged),
       coalesce(array_agg(id ORDER BY id) FILTER (WHERE target IS NOT NULL), '{}')
FROM judged
"""

# Where a lead goes, if anywhere, as the table of moves lets the machine move it. Upwards at once;
# downwards at once when a new version or a missing consent is the cause, else after the grace.
_MOVE = """
SELECT g.target, CASE WHEN g.is_below AND g.target IS NULL THEN coalesce(j.below_since, {at}) END
           AS below_since, g.cause, CASE WHEN g.target IS NULL THEN l.held_until END AS held_until
FROM (SELECT
    CASE WHEN NOT g0.movable THEN NULL
         -- Consent is not a person's to give in another's name: no override outlives it.
         WHEN g0.held AND NOT (g0.lacks_consent AND g0.want < g0.have) THEN NULL
         WHEN s.disqualifier <> '' THEN nullif('disqualified', l.stage)
         WHEN l.stage = 'disqualified' THEN CASE WHEN j.disqualifier <> '' THEN s.target END
         WHEN g0.want > g0.have THEN s.target
         WHEN g0.want < g0.have AND (g0.is_new_version OR g0.lacks_consent OR g0.grace_is_over)
         THEN s.target END AS target,
    g0.movable AND NOT g0.held AND s.disqualifier = '' AND g0.want < g0.have AS is_below,
    CASE WHEN s.disqualifier <> '' THEN 'disqualifier'
         WHEN l.stage = 'disqualified' THEN 'free'
         WHEN g0.want > g0.have THEN 'up' WHEN g0.lacks_consent THEN 'consent'
         WHEN g0.is_new_version THEN 'version' ELSE 'grace' END AS cause
    FROM (SELECT
        l.stage = ANY({movable}) AS movable, coalesce(l.held_until > {at}, FALSE) AS held,
        {have} AS have, {want} AS want,
        j.version_id IS DISTINCT FROM {version} AND j.version_id IS NOT NULL AS is_new_version,
        {allowed} < {have} AS lacks_consent,
        coalesce(j.below_since, {at}) + {grace} <= {at} AS grace_is_over
        -- Each of these is used several times, and worked out once.
        OFFSET 0
    ) g0
    OFFSET 0
) g
"""


def score(lead_ids: Sequence[int], basis: Basis, *, have_news: bool) -> Scored:
    """Write how those stand that stay where they are, but for who objected to being scored."""
    query = statement(lead_ids, basis, have_news=have_news)
    ((judged, changed, rejudged, departing),) = prepared.fetch_by_criteria(
        query.text, query.params, list(lead_ids)
    )
    return Scored(judged, changed, rejudged, departing)


def score_and_move(
    lead_ids: Sequence[int], basis: Basis, *, have_news: bool, by_hand: ByHand | None = None
) -> Scored:
    """Write how these stand, and move those that move, with ledger and handoffs.

    The caller has locked leads and judgements. By hand all of them go where the person says.
    """
    # There is one from here on.
    Queue.default()
    query = statement(lead_ids, basis, have_news=have_news, moves=True, by_hand=by_hand)
    rows = prepared.fetch_by_criteria(query.text, query.params, list(lead_ids))
    changed, rejudged, moved, moves = rows[0][:4]
    moves = json.loads(moves) if isinstance(moves, str) else moves
    opened = [Opened(*row[4:]) for row in rows if row[4] is not None]
    return Scored(len(lead_ids), changed, rejudged, [], moved, moves, opened)


# Statements by what they were made of, and when; to make one takes longer than to judge a lead.
_MADE: dict[Any, tuple[datetime, Sql]] = {}
MOST_MADE = 32
# In place of the leads of a batch, and of the first and the last of them.
NOBODY = [-1]
FIRST, LAST = -(2**62), -(2**62) + 1
# What hangs on leads is read of all between the first and the last, where so many of these are
# asked for: a range costs nothing to plan.
MANY, DENSE = 100, 0.8


def statement(
    lead_ids: Sequence[int],
    basis: Basis,
    *,
    have_news: bool = False,
    moves: bool = False,
    by_hand: ByHand | None = None,
) -> Sql:
    """The whole judging of a batch as one statement, with the half that moves where told so."""
    ids = list(lead_ids)
    is_range = len(ids) >= MANY and len(ids) >= DENSE * (max(ids) - min(ids) + 1)
    asked: Sequence[int] = range(FIRST, LAST + 1) if is_range else NOBODY
    if by_hand:
        made_at, made = basis.at, _statement(asked, basis, have_news, moves, by_hand)
    else:
        key = (*basis.key, is_range, have_news, moves)
        if key not in _MADE:
            if len(_MADE) >= MOST_MADE:
                _MADE.clear()
            _MADE[key] = basis.at, _statement(asked, basis, have_news, moves, None)
        made_at, made = _MADE[key]
    # Every moment in it was reckoned from that of the batch.
    passed = basis.at - made_at
    # A plan for any edges takes them for those of one lead, and would count the colleagues anew
    # for each: where they are asked for, a batch has a plan of its own.
    edge = int if asks_for_colleagues(basis.rulebook) else prepared.Edge

    def now(value: Any) -> Any:
        if isinstance(value, datetime):
            return value + passed
        if isinstance(value, list):
            return ids if value == NOBODY else value
        if is_range and value in (FIRST, LAST):
            return edge(min(ids) if value == FIRST else max(ids))
        return value

    return Sql(made.text, tuple(map(now, made.params)))


def _statement(
    asked: Sequence[int], basis: Basis, have_news: bool, moves: bool, by_hand: ByHand | None
) -> Sql:
    source = TableFacts(asked, basis.at, basis.portal)
    scoring: Scoring = compile_rulebook(basis.rulebook, source)
    half = movers(basis, source, by_hand) if moves else None
    pieces = _pieces(basis) | {
        "ids": param(NOBODY, "bigint[]"),
        "range": Sql(" AND {}") % source.among("l.id") if asked != NOBODY else Sql(""),
        # Who is to be moved was asked for before, or is put there by a person.
        "asked": Sql("" if moves else f" AND ({OBJECTED}) IS NOT TRUE"),
        "have_news": param(have_news),
        "today": param(basis.today, "date"),
        "points": scoring.points,
        "move": by_hand.destination if by_hand else destination(basis),
        "seen": half.seen if half else Sql(""),
        "movers": half.steps if half else Sql(""),
        "written": Sql("TRUE" if half else "n.target IS NULL"),
        "result": Sql(RESULT if half else _STAYERS),
        # Last, as it joins what the others ask for.
        "lateral": scoring.lateral,
        "tables": source.tables(basis.rulebook.tests()),
    }
    return filled(_STATEMENT, pieces)


def destination(basis: Basis) -> Sql:
    """What stands in a lateral behind those of a scoring: `target` (NULL: it stays), `cause`."""
    return filled(_MOVE, _pieces(basis))


def _pieces(basis: Basis) -> dict[str, Sql]:
    return {
        "at": param(basis.at, "timestamptz"),
        "version": param(basis.version.pk),
        "grace": param(timedelta(days=basis.portal.grace_days), "interval"),
        "movable": param([*LADDER, Stage.DISQUALIFIED], "text[]"),
        "have": Sql(_RANK.format("l.stage")),
        "want": Sql(_RANK.format("s.target")),
        "allowed": Sql(_RANK.format("s.allowed")),
    }

"""Judge a batch of leads by the live criteria: score them, move their stages, hand them over.

One batch is one transaction: the leads are locked, scored by one statement that writes only what
changed, and those that move get their ledger rows, with the evidence, and their handoffs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import Portal, User
from funnel import versions
from funnel.models import CriteriaVersion, Queue
from funnel.promises import due_at
from funnel.rulebook import Rulebook
from funnel.scoring import Scoring, compile_rulebook
from funnel.sql import Sql, param
from funnel.stages import LADDER, Actor, Stage, check_move, steps
from leads import explanation
from leads.facts import TableFacts
from leads.models import Handoff, HandoffState, Outcome, StageChange

QUALIFIES = frozenset({Stage.LEAD, Stage.MQL, Stage.SQL})
# Reasons (see _MOVE) to go up: a definition holds, or the disqualifier is gone.
RISES = frozenset({"up", "free"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a batch: leads scored, rows written, stages moved."""

    scored: int = 0
    changed: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Mover:
    """A lead whose stage the criteria change, and what they saw."""

    id: int
    stage: str
    target: str
    cycle: int
    fit: int
    intent: int
    total: int
    reason: str
    disqualifier: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who moves leads: the machine, or a person with a reason of their own."""

    actor: Actor = Actor.MACHINE
    person: User | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """What one batch is judged by."""

    version: CriteriaVersion
    rulebook: Rulebook
    portal: Portal
    at: datetime

    @classmethod
    def now(cls, at: datetime | None = None) -> "Bench":
        """The live version and the settings; `at` defaults to the database's clock."""
        version = versions.live_for_judging()
        return cls(version, versions.rulebook(version), Portal.load(), at or clock())


def clock() -> datetime:
    """The database's clock: the one that decides what is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@transaction.atomic
def qualify(lead_ids: Sequence[int], *, at: datetime | None = None) -> Judged:
    """Judge exactly these leads, waiting for whoever holds them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE id = ANY(%s) AND stage <> ALL(%s) "
            "ORDER BY id FOR NO KEY UPDATE",
            [list(lead_ids), [Stage.MERGED, Stage.ERASED]],
        )
        locked = [row[0] for row in cursor.fetchall()]
    return judge(locked, Bench.now(at))


def judge(lead_ids: Sequence[int], bench: Bench) -> Judged:
    """Judge leads the caller has locked, inside the caller's transaction."""
    if not lead_ids:
        return Judged()
    changed, movers = _score(lead_ids, bench)
    if movers:
        move(movers, bench, Hand())
    return Judged(len(lead_ids), changed, len(movers))


# Scoring: one statement. It relies on the primary key of leads for `l.id = ANY`, and on
# event_lead_newest for the events of the batch, which are read once for all rules.

_RANK = "array_position(ARRAY['inquiry','lead','mql','sql'], {})"

_STATEMENT = """
WITH judged AS MATERIALIZED (
    SELECT l.id, l.stage, l.cycle, s.fit, s.intent, s.total, s.grade, {points} AS points,
           d.disqualifier AS found, m.target, m.reason, m.below_since,
           least(d.changes_at, m.below_since + {grace},
                 CASE WHEN m.target IS NULL AND l.held_until > {at} THEN l.held_until END)
               AS rescore_at
    FROM {tables}{laterals} CROSS JOIN LATERAL ({move}) m
    WHERE l.id = ANY({ids})
), changed AS (
    UPDATE leads_lead AS l SET
        version_id = {version}, fit = j.fit, intent = j.intent, total = j.total,
        grade = j.grade, points = j.points, scored_at = {at},
        stage = coalesce(j.target, l.stage),
        stage_since = CASE WHEN j.target IS NULL THEN l.stage_since ELSE {at} END,
        disqualifier = CASE WHEN j.target = 'disqualified' THEN j.found
                            WHEN j.target IS NULL THEN l.disqualifier ELSE '' END,
        held_until = CASE WHEN j.target IS NULL THEN l.held_until END,
        below_since = j.below_since, rescore_at = j.rescore_at, stale_at = NULL, attempts = 0
    FROM judged j
    -- Said again for the planner: right after a large import its statistics know no such table.
    WHERE l.id = j.id AND l.id = ANY({ids}) AND (
        l.stale_at IS NOT NULL OR j.target IS NOT NULL OR l.attempts > 0
        OR (l.version_id, l.fit, l.intent, l.total, l.grade, l.points, l.below_since, l.rescore_at)
           IS DISTINCT FROM
           ({version}, j.fit, j.intent, j.total, j.grade, j.points, j.below_since, j.rescore_at)
    )
    RETURNING l.id
)
SELECT n.changed, j.id, j.stage, j.target, j.cycle, j.fit, j.intent, j.total, j.reason, j.found
FROM (SELECT count(*) AS changed FROM changed) n
LEFT JOIN judged j ON j.target IS NOT NULL
ORDER BY j.id
"""

# Where a lead goes, if anywhere, as the table of moves lets the machine move it. Upwards at once;
# downwards at once when a new version or a missing consent is the cause, else after the grace.
_MOVE = """
SELECT g.target, CASE WHEN g.is_below AND g.target IS NULL THEN coalesce(l.below_since, {at}) END
           AS below_since, g.reason
FROM (SELECT
    CASE WHEN NOT g0.movable THEN NULL
         -- Consent is not a person's to give in another's name: no override outlives it.
         WHEN g0.held THEN CASE WHEN g0.lacks_consent AND g0.want < g0.have THEN d.target END
         WHEN d.disqualifier <> '' THEN nullif('disqualified', l.stage)
         WHEN l.stage = 'disqualified' THEN CASE WHEN l.disqualifier <> '' THEN d.target END
         WHEN g0.want > g0.have THEN d.target
         WHEN g0.want < g0.have AND (g0.is_new_version OR g0.lacks_consent OR g0.grace_is_over)
         THEN d.target END AS target,
    g0.movable AND NOT g0.held AND d.disqualifier = '' AND g0.want < g0.have AS is_below,
    CASE WHEN g0.held THEN 'consent'
         WHEN d.disqualifier <> '' THEN 'disqualifier'
         WHEN l.stage = 'disqualified' THEN 'free'
         WHEN g0.want > g0.have THEN 'up' WHEN g0.lacks_consent THEN 'consent'
         WHEN g0.is_new_version THEN 'version' ELSE 'grace' END AS reason
    FROM (SELECT
        l.stage = ANY({movable}) AS movable, coalesce(l.held_until > {at}, FALSE) AS held,
        {have} AS have, {want} AS want,
        l.version_id IS DISTINCT FROM {version} AND l.version_id IS NOT NULL AS is_new_version,
        {want} < {granted} AS lacks_consent,
        coalesce(l.below_since, {at}) + {grace} <= {at} AS grace_is_over
    ) g0
) g
"""


def _score(lead_ids: Sequence[int], bench: Bench) -> tuple[int, list[Mover]]:
    """Write the new scores and stages; give the number of rows written and who moved."""
    query = statement(lead_ids, bench)
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        rows = cursor.fetchall()
    movers = [Mover(*row[1:]) for row in rows if row[1] is not None]
    return rows[0][0], movers


def statement(lead_ids: Sequence[int], bench: Bench) -> Sql:
    """The whole scoring of a batch as one statement."""
    source = TableFacts(lead_ids, bench.at, bench.portal)
    scoring: Scoring = compile_rulebook(bench.rulebook, source)
    pieces = {
        "ids": param(list(lead_ids)),
        "at": param(bench.at, "timestamptz"),
        "version": param(bench.version.pk),
        "grace": param(timedelta(days=bench.portal.grace_days), "interval"),
        "movable": param([*LADDER, Stage.DISQUALIFIED], "text[]"),
        "have": Sql(_RANK.format("l.stage")),
        "want": Sql(_RANK.format("d.target")),
        "granted": Sql(_RANK.format("d.granted")),
        "points": scoring.points,
        "tables": source.tables(bench.rulebook.tests()),
        "laterals": scoring.laterals,
    }
    pieces["move"] = _filled(_MOVE, pieces)
    return _filled(_STATEMENT, pieces)


def _filled(template: str, pieces: dict[str, Sql]) -> Sql:
    """The template with its named places filled, the parameters in the order of the places."""
    names = re.findall(r"{(\w+)}", template)
    return Sql(re.sub(r"{\w+}", "{}", template)) % tuple(pieces[name] for name in names)


# Moving: the ledger, with the evidence, and the handoffs.


def move(movers: list[Mover], bench: Bench, hand: Hand) -> None:
    """Write what a move means beyond the lead's own row, which the caller has locked and moved.

    The ledger gets a row per step, an SQL its handoff; who was an SQL loses the open one.
    """
    rising = [mover.id for mover in movers if mover.reason in RISES or mover.target == Stage.SQL]
    seen = (
        explanation.read(rising, bench.rulebook, at=bench.at, portal=bench.portal) if rising else {}
    )
    withdrawn = [mover.id for mover in movers if mover.stage == Stage.SQL]
    closed = _withdraw(withdrawn, bench) if withdrawn else {}
    opened = _open([mover for mover in movers if mover.target == Stage.SQL], seen, bench)
    StageChange.objects.bulk_create(
        change
        for mover in movers
        for change in _changes(mover, seen.get(mover.id), {**closed, **opened}, bench, hand)
    )


def _changes(
    mover: Mover,
    seen: explanation.Seen | None,
    handoffs: dict[int, int],
    bench: Bench,
    hand: Hand,
) -> list[StageChange]:
    changes = []
    for origin, target in steps(mover.stage, mover.target):
        check_move(origin, target, hand.actor)
        crosses = Stage.SQL in (origin, target)
        changes.append(
            StageChange(
                lead_id=mover.id,
                origin=origin,
                target=target,
                at=bench.at,
                actor=hand.actor,
                person=hand.person,
                reason=hand.says or _reason(mover, target, bench),
                version=bench.version,
                handoff_id=handoffs.get(mover.id) if crosses else None,
                cycle=mover.cycle,
                total=mover.total,
                evidence=(
                    _evidence(seen, mover, target, bench.rulebook)
                    if seen is not None and target in QUALIFIES
                    else None
                ),
            )
        )
    return changes


def _evidence(
    seen: explanation.Seen, mover: Mover, target: str, rulebook: Rulebook
) -> dict[str, object]:
    """Each criterion of the definition with the value it saw, and each rule with its points."""
    return {
        "criteria": [
            told | {"value": mover.total} if told["id"] == explanation.LINE else told
            for told in seen.definitions[target]
        ],
        "points": {
            rule.id: points
            for rule, points in zip(rulebook.rules, seen.points, strict=True)
            if points != 0
        },
        "rules": {
            rule.id: values
            for rule, values, points in zip(rulebook.rules, seen.rules, seen.points, strict=True)
            if points != 0
        },
    }


def _reason(mover: Mover, target: str, bench: Bench) -> str:
    label = Stage(target).label
    match mover.reason:
        case "free" if target == Stage.INQUIRY:
            return "The disqualifier no longer holds"
        case "up" | "free":
            return f"Meets the {label} definition of {bench.version}"
        case "consent":
            return "Consent is missing"
        case "version":
            return f"Judged by {bench.version}"
        case "grace":
            days = bench.portal.grace_days
            return f"Below its line for {days} days" if days else "Fell below its line"
    disqualifiers = bench.rulebook.disqualifiers
    return next(item.label for item in disqualifiers if item.id == mover.disqualifier)


def _open(movers: list[Mover], seen: dict[int, explanation.Seen], bench: Bench) -> dict[int, int]:
    """Open one handoff per new SQL in the default queue; gives lead id → handoff id."""
    if not movers:
        return {}
    queue = Queue.default()
    adjusted = explanation.adjustments([mover.id for mover in movers], at=bench.at)
    handoffs = []
    for mover in movers:
        found = explanation.lines(
            bench.rulebook,
            seen[mover.id].points,
            seen[mover.id].rules,
            adjusted.get(mover.id, []),
            zone=bench.portal.zone,
        )
        handoffs.append(
            Handoff(
                lead_id=mover.id,
                queue=queue,
                version=bench.version,
                cycle=mover.cycle,
                fit=mover.fit,
                intent=mover.intent,
                total=mover.total,
                line=bench.rulebook.sql_line,
                reasons=[line.as_dict() for line in found],
                why=explanation.sentence(found)[:300],
                opened_at=bench.at,
                due_at=due_at(bench.at, bench.portal.claim_minutes),
            )
        )
    return {handoff.lead_id: handoff.pk for handoff in Handoff.objects.bulk_create(handoffs)}


def _withdraw(lead_ids: list[int], bench: Bench) -> dict[int, int]:
    """Close the open handoffs of leads that are no longer SQLs; the ledger says why."""
    open_ones = Handoff.objects.open().filter(lead__in=lead_ids)
    closed = dict(open_ones.values_list("lead", "pk"))
    open_ones.update(state=HandoffState.CLOSED, outcome=Outcome.WITHDRAWN, closed_at=bench.at)
    return closed

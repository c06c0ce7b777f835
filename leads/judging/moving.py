"""What a move means: the half of the judging statement that moves leads, in the same moment.

The rows of the ledger with the evidence of each rise, the handoffs opened and withdrawn, the
override that ends. Only the words of a handoff's reasons are made in Python, as all words are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from funnel.promises import due_at
from funnel.stages import LADDER, Actor, Stage, check_move, steps
from leadportal.db import rows
from leadportal.db.pieces import Sql, filled, param
from leads import ledger
from leads.explanation import evidence, lines, stored
from leads.facts.tables import TableFacts
from leads.judging.basis import Basis
from leads.models import Handoff, HandoffState, Outcome

# Causes (see scoring._MOVE) to move whom a person keeps where they are: no override outlives a
# consent.
OUTLASTS = ["consent", "disqualifier"]


@dataclass(frozen=True, slots=True)
class ByHand:
    """Where a person puts leads, whatever the criteria say, and until when they stay there."""

    target: Stage
    actor: Actor
    person_id: int
    reason: str
    held_until: datetime | None = None

    @property
    def destination(self) -> Sql:
        return Sql(
            "SELECT {} AS target, NULL::timestamptz AS below_since, 'hand' AS cause, "
            "{} AS held_until"
        ) % (param(str(self.target), "text"), param(self.held_until, "timestamptz"))


class Opened(NamedTuple):
    """A handoff just opened, and what the criteria saw: points per rule, and the values."""

    handoff_id: int
    lead_id: int
    points: list[int | None]
    values: list[str | None]


class Half(NamedTuple):
    """What the judging statement has besides: columns of `judged`, and steps behind it."""

    seen: Sql
    steps: Sql


# Of the judging statement, where it also moves.
RESULT = """
SELECT n.changed, n.rejudged, n.moved, n.moves, m.handoff_id, m.id, m.points, m.saw
FROM (SELECT (SELECT count(*) FROM changed) AS changed,
             (SELECT count(*) FROM judged WHERE is_rejudged) AS rejudged,
             (SELECT count(*) FROM moved) AS moved,
             (SELECT coalesce(jsonb_object_agg(move, leads), '{}') FROM (
                  SELECT stage || '>' || target AS move, count(*) AS leads
                  FROM moved WHERE is_rejudged GROUP BY 1) AS counted) AS moves) n
LEFT JOIN moved m ON m.target = 'sql' ORDER BY m.handoff_id
"""
_SEEN = """, l.ctid AS lead_place, l.source_id, l.campaign_id,
    CASE WHEN m.target IS NOT NULL THEN {saw} END AS saw"""

# The number of a handoff is known before its row is written, and a locked lead is found by its
# place: nothing here joins one step to another, or to a table, by a key. Right after a large import
# the planner, who knows no numbers, would do so row by row.
_STEPS = """moved AS MATERIALIZED (
    SELECT j.*, CASE WHEN j.target = 'sql' THEN nextval('leads_handoff_id_seq')
        WHEN j.stage = 'sql' THEN (SELECT h.id FROM leads_handoff h
            WHERE h.lead_id = j.id AND h.state = {open}) END AS handoff_id
    FROM (SELECT * FROM judged WHERE target IS NOT NULL ORDER BY id) j
), freed AS (
    UPDATE leads_override o SET ends_at = {at} WHERE o.ends_at > {at}
    AND o.lead_id = ANY(ARRAY(SELECT id FROM moved WHERE cause = ANY({outlasts})))
), stands AS (
    UPDATE leads_lead l SET stage = n.target, stage_since = {at}, held_until = n.held_until
    FROM moved n WHERE l.ctid = n.lead_place
), withdrawn AS (
    UPDATE leads_handoff h SET state = {closed}, outcome = {withdrawn}, closed_at = {at}
    WHERE h.id = ANY(ARRAY(SELECT handoff_id FROM moved WHERE stage = 'sql')) AND h.state = {open}
), opened AS (
    INSERT INTO leads_handoff (id, lead_id, queue_id, version_id, state, cycle, fit, intent, total,
        line, reasons, why, opened_at, due_at, outcome, note, spared_id, source_id, campaign_id)
    SELECT handoff_id, id, {queue}, {version}, {open}, cycle, fit, intent, total, {line},
        '[]'::jsonb, '', {at}, coalesce({at} + {left}, {due}), '', '', {rejecter},
        source_id, campaign_id
    FROM moved n WHERE target = 'sql'
), told AS (
    {insertion}
), """

# What was left of its promise when the same offer was taken from the queue: criteria that go out
# and come back give nobody a fresh clock.
_LEFT = """(SELECT w.due_at - w.closed_at FROM leads_handoff w
    WHERE w.lead_id = n.id AND w.cycle = n.cycle AND w.outcome = {withdrawn}
    ORDER BY w.id + 0 DESC LIMIT 1)"""
# Who rejected the lead the last time, where somebody else works the queue too.
_REJECTER = """(SELECT w.claimed_by_id FROM leads_handoff w
    WHERE w.lead_id = n.id AND w.outcome = {rejected} AND EXISTS (
        SELECT FROM funnel_queuemember m JOIN accounts_user u ON u.id = m.user_id AND u.is_active
        WHERE m.queue_id = {queue} AND m.user_id <> w.claimed_by_id)
    ORDER BY w.id + 0 DESC LIMIT 1)"""

_LEDGER = """
SELECT n.id AS lead_id, step.origin, step.target, {at} AS at, {actor} AS actor,
    {person}::bigint AS person_id, NULL::bigint AS integration_id, {reason} AS reason,
    {version} AS version_id,
    CASE WHEN 'sql' IN (step.origin, step.target) THEN n.handoff_id END AS handoff_id,
    n.cycle, n.total,
    CASE WHEN step.rises AND {is_told} THEN {evidence} END AS evidence,
    NULL::numeric AS amount
FROM moved n
JOIN (VALUES {ways}) AS step (stage, goal, place, origin, target, rises)
    ON step.stage = n.stage AND step.goal = n.target
ORDER BY n.id, step.place
"""


def movers(basis: Basis, source: TableFacts, by_hand: ByHand | None) -> Half:
    """The half of the statement that moves; asks `source` for what the evidence shows."""
    told = evidence.told(basis.rulebook, source)
    pieces = {
        "at": param(basis.at, "timestamptz"),
        "outlasts": param(OUTLASTS, "text[]"),
        "closed": param(HandoffState.CLOSED),
        "open": param(HandoffState.OPEN),
        "withdrawn": param(Outcome.WITHDRAWN),
        # Looked up as the statement runs, which is made once and asked for a day.
        "queue": Sql("(SELECT id FROM funnel_queue WHERE is_default)"),
        "version": param(basis.version.pk),
        "line": param(basis.rulebook.sql_line),
        "due": param(due_at(basis.at, basis.portal.claim_minutes), "timestamptz"),
        "insertion": ledger.insertion(_ledger_rows(basis, told, by_hand)),
        "rejected": param(Outcome.REJECTED),
    }
    pieces |= {"left": filled(_LEFT, pieces), "rejecter": filled(_REJECTER, pieces)}
    return Half(filled(_SEEN, {"saw": told.values}), filled(_STEPS, pieces))


def _ledger_rows(basis: Basis, told: evidence.Told, by_hand: ByHand | None) -> Sql:
    actor = by_hand.actor if by_hand else Actor.MACHINE
    return filled(
        _LEDGER,
        {
            "at": param(basis.at, "timestamptz"),
            "actor": param(str(actor)),
            "person": param(by_hand.person_id if by_hand else None),
            "reason": param(by_hand.reason, "text") if by_hand else _reason(basis),
            "version": param(basis.version.pk),
            # What a person raises, and does not hand to sales, answers for itself.
            "is_told": Sql("n.target = 'sql'") if by_hand else Sql("TRUE"),
            "evidence": told.evidence,
            "ways": Sql.join(", ", _ways(actor, by_hand.target if by_hand else None)),
        },
    )


def _ways(actor: Actor, goal: Stage | None) -> Iterator[Sql]:
    """Every step of every way the machine moves leads, or a person to a goal, by its place."""
    rungs = {str(rung): place for place, rung in enumerate(LADDER)}
    starts = [*LADDER, Stage.DISQUALIFIED, *([Stage.REJECTED] if goal == Stage.SQL else [])]
    for start in starts:
        for end in [goal] if goal else starts:
            for place, (origin, target) in enumerate(steps(start, end)):
                rises = rungs.get(origin, len(rungs)) < rungs.get(target, -1)
                if actor == Actor.MACHINE:
                    check_move(origin, target, actor)
                texts = (param(str(text), "text") for text in (start, end))
                step = (param(text, "text") for text in (origin, target))
                yield Sql("({}, {}, {}, {}, {}, {})") % (
                    *texts,
                    param(place),
                    *step,
                    param(rises),
                )


def _reason(basis: Basis) -> Sql:
    """In the words of the ledger, why the machine takes one step."""
    days = basis.portal.grace_days
    labels = [
        Sql("WHEN {} THEN {}") % (param(item.id), param(item.label))
        for item in basis.rulebook.disqualifiers
    ]
    label = Sql("CASE n.disqualifier {} END") % Sql.join(" ", labels) if labels else Sql("''")
    meets = Sql.join(
        " ",
        (
            Sql("WHEN {} THEN {}")
            % (param(str(rung)), param(f"Meets the {rung.label} definition of {basis.version}"))
            for rung in LADDER
        ),
    )
    return filled(
        """CASE n.cause
        WHEN 'consent' THEN 'Consent is missing'
        WHEN 'version' THEN {version}
        WHEN 'grace' THEN {grace}
        WHEN 'disqualifier' THEN {disqualifier}
        ELSE CASE WHEN n.cause = 'free' AND step.target = 'inquiry'
            THEN 'The disqualifier no longer holds' ELSE CASE step.target {meets} END END
        END""",
        {
            "version": param(f"Judged by {basis.version}"),
            "grace": param(f"Below its line for {days} days" if days else "Fell below its line"),
            "disqualifier": label,
            "meets": meets,
        },
    )


def say_why(opened: Sequence[Opened], basis: Basis) -> None:
    """Give handoffs their reasons in words, and the sentence made from them."""
    if not opened:
        return
    adjusted = stored.adjustments([one.lead_id for one in opened], at=basis.at)
    said = []
    for one in opened:
        found = lines.lines(
            basis.rulebook,
            one.points,
            evidence.of_rules(basis.rulebook, one.values),
            adjusted.get(one.lead_id, []),
            zone=basis.portal.zone,
        )
        said.append(
            {
                "id": one.handoff_id,
                "reasons": [line.as_dict() for line in found],
                "why": lines.why_sentence(found)[:300],
            }
        )
    rows.update(Handoff, ["reasons", "why"], said)

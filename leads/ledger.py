"""The one road of a move: whoever moves a lead, its stage and its ledger are written here.

Nothing else writes `StageChange`, nor `Lead.stage` and `stage_since` once a lead is there. A verb
decides, with its rights and races, and comes with the lead locked; then it takes

* `write`, or `move` for a single lead: typed rows, one or many;
* `insertion`: a relation in SQL with the columns of a `LedgerRow`, for a statement that writes the
  leads itself. `BEGINS` is the one of ingest: the first row of each new lead;
* leads_move (leads/sql/move.sql), inside the database: the claim.

Each writes a lead and its rows in one statement, for at the end of every statement the database
asks whether they agree (leads/sql/ledger.sql): each row starts where the one before ended, and a
lead stands where its newest row put it. Newest is the highest id: moves of one lead take turns on
its row, so their ids are in the order they were written, whatever time an import of the past gives.

What follows a move, whoever made it (the outbox row, a notice, a clock to come), hangs in one
place: the trigger leads_ledger_continues there, which has the rows just added at hand. What a
single verb does besides (close the handoff, end an override) stays with the verb.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection

from accounts.models import User
from funnel.stages import Actor, Stage, check_move, steps
from leadportal.db import prepared
from leadportal.db.pieces import Sql
from leadportal.db.rows import as_json
from leads.models import Handoff, Lead


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One step of one lead, by the columns of the ledger."""

    lead_id: int
    origin: str
    target: str
    at: datetime
    actor: str
    person_id: int | None = None
    integration_id: int | None = None
    reason: str = ""
    version_id: int | None = None
    handoff_id: int | None = None
    cycle: int = 1
    total: int | None = None
    # At a qualification: each criterion and rule with the value it saw.
    evidence: Mapping[str, Any] | None = None
    # What a won deal was worth.
    amount: Decimal | None = None


COLUMNS = tuple(field.name for field in fields(LedgerRow))
# The reason of a move that takes the one before back, as if it had not been.
UNDONE = "Undone"
# Columns of a lead and what a move sets them to, beside the stage.
Sets = Mapping[str, Any]


def moves_to(
    target: Stage,
    lead: Lead,
    *,
    at: datetime,
    actor: Actor,
    person: User | None = None,
    integration_id: int | None = None,
    handoff: Handoff | None = None,
    reason: str = "",
    amount: Decimal | None = None,
) -> list[LedgerRow]:
    """The steps of a lead from where it stands to `target`, with its version, cycle and score."""
    return [
        LedgerRow(
            lead.pk,
            origin,
            step,
            at,
            actor,
            person_id=person.pk if person else None,
            integration_id=integration_id,
            reason=reason,
            version_id=lead.judgement.version_id,
            handoff_id=handoff.pk if handoff else None,
            cycle=lead.cycle,
            total=lead.judgement.total,
            amount=amount,
        )
        for origin, step in steps(lead.stage, target)
    ]


def move(lead_id: int, target: Stage, *, sets: Sets | None = None, **how: Any) -> Lead:
    """Lock one lead and move it as `moves_to` says; gives it as it stands then.

    `sets` are columns of the lead to write with it. In the caller's transaction. Raises
    MoveNotAllowed.
    """
    lead = Lead.objects.locked().select_related("judgement").get(pk=lead_id)
    write(moves_to(target, lead, **how), {lead_id: sets or {}})
    lead.refresh_from_db(fields=["stage", "stage_since", *(sets or {})])
    return lead


def write(moves: Sequence[LedgerRow], sets: Mapping[int, Sets] | None = None) -> None:
    """Move leads that the caller has locked, the steps of each in their order.

    `sets` are columns of the leads to write with it: of each that moves, and the same columns of
    all. Raises MoveNotAllowed before anything is written.
    """
    # Many move alike: each kind of step is looked up once.
    for origin, target, actor in {(move.origin, move.target, move.actor) for move in moves}:
        check_move(origin, target, actor)
    if not moves:
        return
    sets = sets or {}
    columns = tuple(next(iter(sets.values()), ()))
    rows = [{name: getattr(move, name) for name in COLUMNS} for move in moves]
    leads = [{"id": lead_id, **values} for lead_id, values in sets.items()]
    params = {"moves": as_json(rows)} | ({"leads": as_json(leads)} if columns else {})
    prepared.fetch(_statement(columns), params)


def insertion(moves: Sql) -> Sql:
    """The INSERT of all rows of a relation with the columns of a Move, in its order."""
    columns = Sql(", ".join(COLUMNS))
    return Sql("INSERT INTO leads_stagechange ({}) SELECT {} FROM ({}) AS move") % (
        columns,
        columns,
        moves,
    )


# The first row of each lead in a relation `written` with the columns BEGINS_FROM, by the actor and
# the integration or the person that made them.
BEGINS_FROM = ("id", "stage", "stage_since", "cycle")
BEGINS = insertion(
    Sql(
        "SELECT id AS lead_id, '' AS origin, stage AS target, stage_since AS at, "
        "%(actor)s AS actor, %(person)s::bigint AS person_id, "
        "%(integration)s::bigint AS integration_id, "
        "'' AS reason, NULL::bigint AS version_id, NULL::bigint AS handoff_id, cycle, "
        "NULL::smallint AS total, NULL::jsonb AS evidence, NULL::numeric AS amount FROM written"
    )
).text

_WRITE = """
WITH moves AS MATERIALIZED (
    SELECT * FROM json_populate_recordset(NULL::leads_stagechange, %(moves)s::json) WITH ORDINALITY
), added AS (
    {insertion} RETURNING id
), stands AS (
    UPDATE leads_lead AS l SET stage = last.target, stage_since = last.at{settings}
    FROM (SELECT DISTINCT ON (lead_id) lead_id, target, at FROM moves
          ORDER BY lead_id, ordinality DESC) AS last{leads}
    WHERE l.id = last.lead_id
) SELECT count(*) FROM added
"""
_LEADS = " JOIN json_to_recordset(%(leads)s::json) AS s (id bigint, {columns}) ON s.id = lead_id"


@cache
def _statement(columns: tuple[str, ...]) -> str:
    """The whole write of moves that set these columns of their leads."""
    types = {field.column: field.db_type(connection) for field in Lead._meta.concrete_fields}
    typed = ", ".join(f"{name} {types[name]}" for name in columns)
    return _WRITE.format(
        insertion=insertion(Sql("SELECT * FROM moves ORDER BY ordinality")).text,
        settings="".join(f", {name} = s.{name}" for name in columns),
        leads=_LEADS.format(columns=typed) if columns else "",
    )

"""The statement that judges, read only: where each lead would go were a version live."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from accounts.models import Portal
from funnel.models import CriteriaVersion
from funnel.scoring import Scoring, compile_rulebook
from funnel.stages import LADDER, Stage
from funnel.versions import current
from leadportal.db import clock
from leadportal.db.pieces import Sql, param
from leads.consent import OBJECTED
from leads.facts.tables import TableFacts
from leads.judging.basis import Basis
from leads.judging.scoring import destination
from leads.models.impact import ARROW

# The stages the criteria may move a lead from; everybody else stays whatever they say.
MOVABLE = (*LADDER, Stage.DISQUALIFIED)

# (from, to)
FromTo = tuple[str, str]


@dataclass(slots=True)
class Impact:
    """Who would stand where: `moves[from, to]` leads; `staying` are claimed and stay."""

    moves: Counter[FromTo] = field(default_factory=Counter)
    judged: int = 0
    staying: int = 0


def of(version: CriteriaVersion, ids: Sequence[int], *, at: datetime | None = None) -> Impact:
    """What would change for these leads were the version live at `at`. Writes nothing.

    Raises ConditionError when the version asks for a fact that is gone.
    """
    basis = Basis(version, current.rulebook(version), Portal.load(), at or clock.now())
    _, judging = judging_of(basis, ids)
    query = Sql(
        "SELECT l.stage, coalesce(m.target, l.stage), "
        "l.stage = 'claimed' AND (s.disqualifier <> '' OR s.target <> 'sql'), count(*) "
        "FROM {} AND l.stage = ANY({}) AND ({}) IS NOT TRUE GROUP BY 1, 2, 3"
    ) % (judging, param([*MOVABLE, Stage.CLAIMED], "text[]"), Sql(OBJECTED))
    found = Impact()
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        for origin, target, is_out, leads in cursor.fetchall():
            if origin == Stage.CLAIMED:
                found.staying += leads if is_out else 0
                continue
            found.judged += leads
            if origin != target:
                found.moves[origin, target] += leads
    return found


def judging_of(basis: Basis, ids: Sequence[int]) -> tuple[Scoring, Sql]:
    """The scoring, and all that stands behind FROM: `l`, `p`, `s`, and `m` for the move.

    The very pieces of the statement that judges a batch (leads/judging/scoring.py).
    """
    source = TableFacts(ids, basis.at, basis.portal)
    scoring = compile_rulebook(basis.rulebook, source)
    pieces = (
        source.tables(basis.rulebook.tests()),
        scoring.lateral,
        destination(basis),
        source.among("l.id"),
    )
    return scoring, Sql("{}{} CROSS JOIN LATERAL ({}) m WHERE {}") % pieces


def as_json(moves: Counter[FromTo]) -> dict[str, int]:
    """{"sql>mql": 61}"""
    return {ARROW.join(move): leads for move, leads in sorted(moves.items())}


def from_json(moves: dict[str, int]) -> Counter[FromTo]:
    found: Counter[FromTo] = Counter()
    for move, leads in moves.items():
        origin, _, target = move.partition(ARROW)
        found[origin, target] += leads
    return found

"""Had this been live: which of the deals won or lost would have been handed over while they ran.

So a company whose deals came in by a file has a past to test criteria on from its first day.

A deal is looked at when it was decided, and right after each of the last things the person did
before, when intent is highest. The facts are those known today; nothing that happened later counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from accounts.models import Portal
from funnel.compile import NO_TIME
from funnel.conditions.tree import EventTest, Test
from funnel.models import CriteriaVersion
from funnel.rulebook.parts import Rulebook
from funnel.scoring import compile_rulebook
from funnel.stages import Stage
from funnel.versions import current
from leadportal.db.pieces import Sql, param
from leads.facts.tables import TableFacts
from leads.impact.recent import KEPT, TooSlow
from leads.judging.basis import Basis
from leads.metrics.cached import cached

SPAN = timedelta(days=365)
DECIDED = (Stage.WON, Stage.LOST)
# The newest so many deals are read within so many milliseconds; fewer where these take too long.
SAMPLES = ((1_000, 2_000), (150, 2_500))
# How often each of them is looked at: when it was decided, and after the last events before.
LOOKS = 20

# The criteria are compiled for a moment that nobody means. What they reckon from it, so many days
# before or after, is reckoned in SQL from the moment of each look.
_NOBODYS = datetime(5000, 7, 1, 12, tzinfo=UTC)
_REACH = timedelta(days=100 * 366)
_LOOKS = """
SELECT d.id AS lead_id, d.stage_since AS at FROM decided d
UNION
SELECT d.id, e.occurred_at FROM decided d CROSS JOIN LATERAL (
    SELECT occurred_at FROM leads_event WHERE lead_id = d.id AND occurred_at <= d.stage_since
    ORDER BY occurred_at DESC LIMIT {}) e
"""
# Reads lead_by_stage.
_READ = """
WITH decided AS MATERIALIZED (
    SELECT id, stage, stage_since FROM leads_lead WHERE stage = ANY({}) AND stage_since > {}
    ORDER BY stage_since DESC, id DESC LIMIT {}
), looks AS MATERIALIZED ({})
SELECT d.id, d.stage, {}, {} FROM decided d ORDER BY d.stage_since DESC, d.id DESC
"""
_WAS_ONE = """d.id IN (SELECT asked.lead_id FROM looks asked CROSS JOIN {}{}
    WHERE l.id = asked.lead_id AND s.disqualifier = '' AND s.target = 'sql')"""


class PastFacts(TableFacts):
    """The facts of each lead at the moment of each look at it: `asked` names both."""

    def __init__(self, portal: Portal) -> None:
        super().__init__([], _NOBODYS, portal)

    def _scope(self, tests: Sequence[Test | EventTest]) -> Sql:
        return Sql("{} AND e.occurred_at <= {}") % (super()._scope(tests), param(self.at))

    def _colleagues_active(self, test: Test) -> Sql:
        return Sql(
            "(SELECT count(*) FROM leads_lead o WHERE o.company_id = l.company_id AND o.id <> l.id "
            "AND EXISTS (SELECT FROM leads_event oe WHERE oe.lead_id = o.id "
            "AND oe.occurred_at > {} AND oe.occurred_at <= {}))"
        ) % (self.opening(test), param(self.at))

    def time_cause(self, test: Test) -> Sql:
        return NO_TIME

    def at_each_look(self, compiled: Sql) -> Sql:
        """The SQL with the moment of the look wherever it reckons from the one compiled for."""
        texts, params = compiled.text.split("%s"), compiled.params
        parts = [Sql(texts[0])]
        for value, text in zip(params, texts[1:], strict=True):
            parts += [self._reckoned(value), Sql(text)]
        return Sql.join("", parts)

    def _reckoned(self, value: Any) -> Sql:
        if isinstance(value, datetime):
            if abs(passed := value - _NOBODYS) <= _REACH:
                return Sql("(asked.at + {})") % param(passed, "interval")
        elif isinstance(value, date) and abs(days := value - _NOBODYS.date()) <= _REACH:
            day = Sql("(asked.at AT TIME ZONE {})::date") % param(self.zone.key)
            return Sql("({} + {})") % (day, param(days.days, "int"))
        return param(value)


@dataclass(slots=True)
class Deals:
    """The deals of one ending, the newest first: all, and those each version hands over."""

    all: list[int] = field(default_factory=list)
    before: set[int] = field(default_factory=set)
    after: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Past:
    """Of the deals decided lately, whom the live version and another one would have handed over."""

    is_sample: bool
    of: dict[str, Deals] = field(default_factory=lambda: {stage: Deals() for stage in DECIDED})

    def __bool__(self) -> bool:
        return any(deals.all for deals in self.of.values())


def past(basis: Basis, live: CriteriaVersion) -> Past:
    """What the basis's version would have done, beside the live one; as it was a moment ago.

    A live version that asks for what is gone hands over nobody. Raises TooSlow.
    """
    version = basis.version
    name = f"past:{version.pk}:{version.content_hash}:{live.pk}"
    return cached(name, lambda: _read(basis, current.readable(live)), seconds=KEPT)


def _read(basis: Basis, live: Rulebook | None) -> Past:
    for size, milliseconds in SAMPLES:
        try:
            with transaction.atomic():
                return within_time(basis, live, size, milliseconds)
        except OperationalError:  # the statement was cancelled: fewer, then
            continue
    raise TooSlow


def within_time(basis: Basis, live: Rulebook | None, size: int, milliseconds: int) -> Past:
    """One reading of so many deals at most. Raises OperationalError when it takes longer."""
    query = Sql(_READ) % (
        param(list(DECIDED), "text[]"),
        param(basis.at - SPAN),
        param(size + 1),
        Sql(_LOOKS) % param(LOOKS),
        _was_one(live, basis.portal) if live else Sql("FALSE"),
        _was_one(basis.rulebook, basis.portal),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [milliseconds])
        cursor.execute(query.text, query.params)
        rows = cursor.fetchall()
    found = Past(is_sample=len(rows) > size)
    for lead, stage, before, after in rows[:size]:
        deals = found.of[stage]
        deals.all.append(lead)
        deals.before |= {lead} if before else set()
        deals.after |= {lead} if after else set()
    return found


def _was_one(rulebook: Rulebook, portal: Portal) -> Sql:
    """Whether it made an SQL of the deal `d` at any of the looks at it."""
    source = PastFacts(portal)
    scoring = compile_rulebook(rulebook, source)
    # The lateral first: the tables join what it asks for.
    pieces = scoring.lateral, source.tables(rulebook.tests())
    lateral, tables = (source.at_each_look(piece) for piece in pieces)
    return Sql(_WAS_ONE) % (tables, lateral)

"""What switching a version on would do: the code that scores, read only."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max, Min, Q

from funnel import versions
from funnel.models import CriteriaVersion
from funnel.scoring import compile_rulebook
from funnel.sql import Sql, param
from funnel.stages import LADDER, TOMBSTONES, Stage
from leads.facts import TableFacts
from leads.models import Lead, StageChange
from leads.qualification import Bench

# Leads read by one statement: short enough for every timeout, long enough to be set-based.
CHUNK = 20_000


@dataclass(slots=True)
class Impact:
    """Who would stand where: `moves[from, to]` leads; those sales holds stay where they are."""

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    judged: int = 0

    @property
    def new_sqls(self) -> int:
        return sum(n for (_, to), n in self.moves.items() if to == Stage.SQL)

    @property
    def lost_sqls(self) -> int:
        return sum(n for (origin, _), n in self.moves.items() if origin == Stage.SQL)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a version's rescoring is: leads judged by it, and still to judge."""

    judged: int
    left: int
    moved: int
    seconds_left: float | None

    @property
    def total(self) -> int:
        return self.judged + self.left


class ImpactChanged(versions.VersionError):
    """The number of new SQLs is no longer the confirmed one."""

    def __init__(self, impact: Impact, confirmed: int) -> None:
        super().__init__(
            f"It would make {impact.new_sqls:,} new SQLs by now, not {confirmed:,}. "
            "Look again and confirm the new number."
        )
        self.impact = impact


def of(version: CriteriaVersion, *, at: datetime | None = None) -> Impact:
    """What would change were this version live at `at`. Reads every lead; writes nothing."""
    impact = Impact()
    for part in parts(version, at=at):
        impact.moves += part.moves
        impact.judged += part.judged
    return impact


def parts(version: CriteriaVersion, *, at: datetime | None = None) -> Iterator[Impact]:
    """The impact chunk by chunk, for whoever shows progress."""
    now = Bench.now(at)
    bench = Bench(version, versions.rulebook(version), now.portal, now.at)
    edges = Lead.objects.aggregate(low=Min("pk"), high=Max("pk"))
    if edges["low"] is None:
        return
    for low in range(edges["low"], edges["high"] + 1, CHUNK):
        yield _part(range(low, low + CHUNK), bench)


def _part(ids: range, bench: Bench) -> Impact:
    source = TableFacts(ids, bench.at, bench.portal)
    scoring = compile_rulebook(bench.rulebook, source)
    target = Sql(
        "CASE WHEN l.stage = 'disqualified' AND l.disqualifier = '' THEN l.stage "
        "WHEN coalesce(l.held_until > {}, FALSE) THEN l.stage "
        "WHEN d.disqualifier <> '' THEN 'disqualified' ELSE d.target END"
    ) % param(bench.at)
    query = Sql(
        "SELECT l.stage, {}, count(*) FROM {}{} WHERE {} AND l.stage = ANY({}) GROUP BY 1, 2"
    ) % (
        target,
        source.tables(bench.rulebook.tests()),
        scoring.laterals,
        source.among("l.id"),
        param([*LADDER, Stage.DISQUALIFIED], "text[]"),
    )
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        rows = cursor.fetchall()
    moves = Counter({(origin, to): n for origin, to, n in rows if origin != to})
    return Impact(moves, sum(n for _, _, n in rows))


def switch_on(
    version: CriteriaVersion, *, confirmed_sqls: int, at: datetime | None = None
) -> CriteriaVersion:
    """Switch a signed version on for somebody who saw how many new SQLs it makes.

    Raises ImpactChanged when it would make another number by now, or what versions.switch_on
    raises.
    """
    confirm(version, confirmed_sqls, at=at)
    return versions.switch_on(version, at=at)


def confirm(version: CriteriaVersion, new_sqls: int, *, at: datetime | None = None) -> None:
    """Raise ImpactChanged unless the version makes exactly so many new SQLs at `at`."""
    found = of(version, at=at)
    if found.new_sqls != new_sqls:
        raise ImpactChanged(found, new_sqls)


def progress(version: CriteriaVersion, *, at: datetime) -> Progress:
    """How far the rescoring by the live version is, as of `at`."""
    counts = Lead.objects.exclude(stage__in=TOMBSTONES).aggregate(
        judged=Count("pk", filter=Q(version=version)),
        left=Count("pk", filter=Q(version__lt=version)),
    )
    moved = (
        StageChange.objects.filter(version=version, at__gte=version.live_at, at__lte=at)
        .values("lead")
        .distinct()
        .count()
        if version.live_at
        else 0
    )
    seconds = None
    if counts["judged"] and version.live_at and at > version.live_at:
        seconds = (at - version.live_at).total_seconds() * counts["left"] / counts["judged"]
    return Progress(counts["judged"], counts["left"], moved, seconds)

"""Rescoring by the live criteria against hand-written SQL of the same rules on the same rows.

The wall (bench/rescore_limit.sql) is the shipped version 1 by hand, as fast as PostgreSQL can be
made to do it: one statement, no unknowns, no explanation, no next change. Its scores are compared
with the product's on the same rows, and the run fails where they differ by more than a rounding.

Bars: rescoring where all change at least 50 % of the wall (45 % at 1,000,000 leads); nothing
changed no row written and at least 50 % of what the wall computes alone; first judgement, with
ledger, evidence and handoffs, 10,000 leads/s; a day's sweep 20,000 leads/s; one lead at most 1.5 ms
in the database and 4 ms in all. The machine has as many cores as the product has workers, and the
wall computes by all of them (its plan is parallel): so do we where it says "by both workers".
"""

import time
from datetime import datetime, timedelta
from pathlib import Path

import _workers
import _world

ZONE = "Europe/Berlin"
# So many the product has by default.
WORKERS = 2
WALL = Path(__file__).with_name("rescore_limit.sql").read_text().split("-- Timed", 1)
EACH = "-- Each part below is timed with the parts before it."


def main() -> None:
    parser = _world.arguments(__doc__ or "")
    parser.add_argument("--worker", nargs="+", help=_world.argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        be_worker(*options.worker)
        return
    events = options.events or options.leads * 10
    with _world.database():
        _world.fill(options.leads, events)
        measure(options.leads, events, options.runs)


def measure(leads: int, events: int, runs: int) -> None:
    from django.db import connection

    from accounts.models import Portal
    from leadportal.db import clock
    from leads.judging import due

    Portal.objects.update_or_create(pk=1, defaults={"sells_to": ["DE", "SE", "US"], "zone": ZONE})
    start = clock.now()
    first = _world.seconds(lambda: due.drain(at=start))
    print(f"{leads:,} leads, {events:,} events")
    unjudge()
    both = by_workers(WORKERS, "drain")
    print(f"first judgement by one worker {leads / first:,.0f} leads/s; with ledger, evidence,")
    report("handoffs, by both workers (leads/s)", leads / both, 10_000)
    written = first_by_hand(leads)
    _sql("VACUUM ANALYZE")
    _sql(WALL[0])

    computing, walls, changing, same, same_by_both = [], [], [], [], []
    for run in range(runs):
        at = start + timedelta(hours=25 * (run + 1))
        _sql("UPDATE wall SET total = total + 1, fit = fit + 1")
        _sql("VACUUM ANALYZE wall")
        _sql("DELETE FROM wall_day")
        computing.append(_world.seconds(lambda at=at: wall(at, writes=False)))
        walls.append(_world.seconds(lambda at=at: wall(at, writes=True)))
        _sql("UPDATE leads_judgement SET total = total + 1, fit = fit + 1")
        _sql("DELETE FROM leads_dayscore")
        _sql("VACUUM ANALYZE leads_judgement")
        _sql("VACUUM leads_dayscore")
        counts: list[int] = []
        changing.append(_world.seconds(lambda at=at, c=counts: c.append(rescore(1, leads, at))))
        _sql("VACUUM leads_judgement")
        same.append(_world.seconds(lambda at=at, c=counts: c.append(rescore(1, leads, at))))
        same_by_both.append(by_workers(WORKERS, "rescore", str(leads), at.isoformat()))
        agree(at)
        print(
            f"  run {run + 1}: wall {walls[-1]:.2f} s ({computing[-1]:.2f} computing), ours "
            f"{changing[-1]:.2f} s, unchanged {same[-1]:.2f} s, by both workers "
            f"{same_by_both[-1]:.2f} s; rows written {counts}",
            flush=True,
        )
        if counts[1]:
            raise SystemExit("Rescoring at the same moment wrote rows.")
    single(leads, start + timedelta(hours=25 * (runs + 1)))
    sweep(leads, start + timedelta(hours=25 * (runs + 2)))
    hand, computed, ours, again = map(_world.median, (walls, computing, changing, same_by_both))
    print(f"wall {leads / hand:,.0f} leads/s, ours {leads / ours:,.0f} leads/s")
    limit = computed + written
    print(f"first judgement: its rows written by hand {written:.1f} s, and computed {limit:.1f} s")
    report("first judgement, of its wall (%)", 100 * limit / first, 50)
    report("rescoring, of the wall (%)", 100 * hand / ours, 50 if leads < 1_000_000 else 45)
    alone = 100 * computed / _world.median(same)
    print(f"nothing changed, of the wall's computing by all cores: one worker {alone:.1f} %")
    report(
        "nothing changed, of the wall's computing, by both workers (%)", 100 * computed / again, 50
    )
    two_workers(leads)
    connection.close()


def report(what: str, figure: float, bar: float, *, at_most: bool = False) -> None:
    good = figure <= bar if at_most else figure >= bar
    print(f"{what}: {figure:,.1f} (bar {bar:,}){'' if good else '  BELOW THE BAR'}", flush=True)


def _sql(text: str, values: object = None) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


def wall(at: datetime, *, writes: bool) -> None:
    """The wall's statement; without writing, what it computes alone."""
    from funnel import defaults

    words = lambda items: [f"% {item} %" for item in items]  # noqa: E731
    values = {
        "at": at,
        "zone": ZONE,
        "version": 1,
        "deciders": words(defaults.DECIDERS),
        "learners": words(defaults.LEARNERS),
        "countries": ["DE", "SE", "US"],
        "soon": defaults.SOON,
    }
    computed, written = WALL[1].split("-- Written", 1)
    computed = computed[computed.index("\n") :]
    if writes:
        _sql(written[written.index("\n") :].replace("COMPUTED", computed), values)
    else:
        # A sum over everything, so that all of it is computed and nothing travels.
        _sql(f"SELECT sum(fit + intent + points[16]) FROM ({computed}) AS s", values)  # noqa: S608


# Halves of the points of a rule are rounded up by us, and either way by floats.
AGREE = """
SELECT count(*), count(*) FILTER (WHERE (w.fit, w.intent) IS DISTINCT FROM (j.fit, j.intent)),
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM unnest(w.points, j.points) AS p (hand, ours)
           WHERE abs(p.hand - coalesce(p.ours, 0)) > 1)),
       count(*) FILTER (WHERE w.points IS DISTINCT FROM
           ARRAY(SELECT coalesce(p, 0) FROM unnest(j.points) WITH ORDINALITY AS u (p, n)
                 ORDER BY n)::smallint[])
FROM wall w JOIN leads_judgement j USING (lead_id)
"""


def agree(at: datetime) -> None:
    ((compared, scores, wrong, rounded),) = _sql(AGREE)
    if wrong or rounded > compared / 20:
        raise SystemExit(
            f"Of {compared:,} leads {scores:,} have another score than by hand, {wrong:,} with "
            f"points that are off by more than a rounding, {rounded:,} with any that differ."
        )
    print(f"  of {compared:,} leads {rounded:,} differ by the rounding of a half", flush=True)


def rescore(first: int, last: int, at: datetime) -> int:
    """Judge everybody between as the drain does a full rescoring; gives the rows written."""
    from django.db import connection, transaction

    from leads.judging import due
    from leads.judging.basis import Basis
    from leads.judging.judgement import judge

    changed = 0
    for low in range(first, last + 1, due.BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT lead_id FROM leads_judgement WHERE lead_id BETWEEN %s AND %s "
                "ORDER BY lead_id FOR NO KEY UPDATE",
                [low, min(last, low + due.BATCH - 1)],
            )
            ids = [row[0] for row in cursor.fetchall()]
            changed += judge(ids, Basis.now(at)).changed
    return changed


# What a first judgement wrote, kept aside.
KEPT = """
CREATE TEMP TABLE was_lead AS SELECT id, stage, stage_since FROM leads_lead;
CREATE TEMP TABLE was_judgement AS SELECT * FROM leads_judgement;
CREATE TEMP TABLE was_told AS SELECT * FROM leads_stagechange WHERE actor = 'machine';
CREATE TEMP TABLE was_day AS SELECT * FROM leads_dayscore;
CREATE TEMP TABLE was_handoff AS SELECT * FROM leads_handoff;
CREATE INDEX ON was_lead (id);
CREATE INDEX ON was_told (lead_id);
CREATE INDEX ON was_judgement (lead_id);
ANALYZE was_lead; ANALYZE was_told; ANALYZE was_judgement; ANALYZE was_day;
"""
# What is left is as it was before.
UNJUDGED = """
SET session_replication_role = replica;
DELETE FROM leads_stagechange WHERE actor = 'machine';
DELETE FROM leads_dayscore;
DELETE FROM leads_handoff;
UPDATE leads_lead SET stage = 'inquiry', stage_since = created_at;
UPDATE leads_judgement SET version_id = NULL, fit = NULL, intent = NULL, total = NULL, grade = '',
    points = '{}', scored_at = NULL, below_since = NULL, rescore_at = now();
SET session_replication_role = origin;
"""
# Written again, each kind of row by one statement a batch, with all indexes, and nobody who checks.
FIRST_AGAIN = (
    "UPDATE leads_lead l SET stage = w.stage, stage_since = w.stage_since FROM was_lead w "
    "WHERE l.id = w.id AND l.id BETWEEN {low} AND {high} AND w.id BETWEEN {low} AND {high}",
    "UPDATE leads_judgement j SET version_id = w.version_id, fit = w.fit, intent = w.intent, "
    "total = w.total, grade = w.grade, points = w.points, scored_at = w.scored_at, "
    "below_since = w.below_since, rescore_at = w.rescore_at FROM was_judgement w "
    "WHERE j.lead_id = w.lead_id AND j.lead_id BETWEEN {low} AND {high} "
    "AND w.lead_id BETWEEN {low} AND {high}",
    *(
        f"INSERT INTO {table} SELECT * FROM {kept} "  # noqa: S608 - constants
        "WHERE lead_id BETWEEN {low} AND {high}"
        for table, kept in (
            ("leads_stagechange", "was_told"),
            ("leads_dayscore", "was_day"),
            ("leads_handoff", "was_handoff"),
        )
    ),
)


def unjudge() -> None:
    """Everybody as before the first judgement."""
    _sql(UNJUDGED)
    _sql("VACUUM FULL ANALYZE leads_lead")
    for table in ("judgement", "stagechange", "dayscore", "handoff"):
        _sql(f"VACUUM ANALYZE leads_{table}")


def first_by_hand(leads: int) -> float:
    """Seconds that the rows of a first judgement cost alone: nothing computed, nothing checked."""
    from leads.judging import due

    _sql(KEPT)
    unjudge()
    _sql("SET session_replication_role = replica")

    def write() -> None:
        for low in range(1, leads + 1, due.BATCH):
            places = {"low": low, "high": low + due.BATCH - 1}
            _sql(";".join(statement.format(**places) for statement in FIRST_AGAIN))

    took = _world.seconds(write)
    _sql("SET session_replication_role = origin")
    return took


def single(leads: int, at: datetime) -> None:
    """One lead at a time: its time in the database, and in all."""
    from django.db import connection

    from leads.judging.judgement import qualify

    in_database, in_all = [], []
    for lead in range(1, leads, max(1, leads // 200)):
        spent: list[float] = []

        def timed(execute, *rest, spent=spent):  # type: ignore[no-untyped-def]
            started = time.perf_counter()
            try:
                return execute(*rest)
            finally:
                spent.append(time.perf_counter() - started)

        with connection.execute_wrapper(timed):
            in_all.append(_world.seconds(lambda lead=lead: qualify([lead], at=at)) * 1000)
        in_database.append(sum(spent) * 1000)
    report("one lead, in the database (ms)", _world.median(in_database), 1.5, at_most=True)
    report("one lead, in all (ms)", _world.median(in_all), 4, at_most=True)


def sweep(leads: int, at: datetime) -> None:
    """What a day's passing costs: only leads whose result time may change are touched."""
    from leads.judging import due

    waiting = _due(at)
    took = _world.seconds(lambda: due.drain(at=at))
    nothing = _world.seconds(lambda: due.drain(at=at)) * 1000
    print(f"a day's sweep: {waiting:,} of {leads:,} leads due; an empty look {nothing:.1f} ms")
    at += timedelta(hours=25)
    of_next = _due(at)
    both = by_workers(WORKERS, "drain", at.isoformat())
    print(f"a day's sweep by one worker {waiting / took:,.0f} leads/s")
    report("a day's sweep by both workers (leads/s)", of_next / both, 20_000)


def _due(at: datetime) -> int:
    from leads.models import Judgement

    return Judgement.objects.filter(rescore_at__lte=at).count()


def two_workers(leads: int) -> None:
    """Everybody due by news, drained by one process and by two."""
    took = {}
    for workers in (1, WORKERS):
        _sql("INSERT INTO leads_news (lead_id, at) SELECT lead_id, now() FROM leads_judgement")
        _sql("VACUUM ANALYZE leads_news")
        took[workers] = by_workers(workers, "drain")
    one, two = took.values()
    print(f"one worker {leads / one:,.0f} leads/s, two {leads / two:,.0f} leads/s")
    report("two workers are so many times as fast as one", one / two, 1.6)


def by_workers(workers: int, *work: str) -> float:
    return _workers.side_by_side(__file__, workers, *work)


def be_worker(workers: str, number: str, work: str, *given: str) -> None:
    """Drain what is due, by now or `given`; or rescore a share of leads that did not change."""
    import django

    django.setup()
    from leads.judging import due

    if work == "drain":
        at = datetime.fromisoformat(given[0]) if given else None
        due.drain(limit=0)
        _workers.share(lambda: due.drain(at=at))
        return
    leads, at = int(given[0]), datetime.fromisoformat(given[1])
    first, last = (leads * n // int(workers) for n in (int(number), int(number) + 1))
    rescore(first + 1, first + due.BATCH, at)  # whoever has worked today has its plan

    def again() -> None:
        if rescore(first + 1, last, at):
            raise SystemExit("Rescoring at the same moment wrote rows.")

    _workers.share(again)


if __name__ == "__main__":
    main()

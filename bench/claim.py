"""Claim next against the bare SKIP LOCKED statement, four reps at once. Bar: at least 35 %.

Both drain the same queue of the same leads. The bare statement, planned once for each connection
and committed by itself, marks one handoff as claimed; ours keeps to the limit, moves the lead and
writes its ledger row as well. The rep is at hand, as in a request. Measured with four
threads of one process, as the web process has them, and with four processes. No handoff may be
claimed twice, and no rep hold more than the limit.
"""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context

import _world

AT_ONCE = 4
WAITING = 2_000
# Twice as many reps as the limit asks for: the quickest of the four runs out of none.
LIMIT = 10
REPS = 2 * WAITING // LIMIT
BAR = 0.35
# A row is locked as its update does it: the stronger lock of FOR UPDATE would be a second one.
BARE = """
PREPARE bare (bigint, bigint) AS
UPDATE leads_handoff SET state = 'claimed', claimed_by_id = $1, claimed_at = now(),
    touch_due_at = now()
WHERE id = (SELECT id FROM leads_handoff WHERE state = 'open' AND queue_id = $2
            ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
"""
OPEN = """
INSERT INTO leads_handoff (lead_id, queue_id, version_id, state, cycle, fit, intent, total, line,
    reasons, why, opened_at, due_at, outcome, note)
SELECT id, %(queue)s, 1, 'open', 1, 0, 0, 0, 0, '[]', '', now(), now() + id * interval '1 second',
       '', '' FROM leads_lead WHERE id <= %(waiting)s
"""

LEDGER = """
INSERT INTO leads_stagechange (lead_id, origin, target, at, actor, reason, cycle)
SELECT id, '', stage, created_at, 'integration', '', 1 FROM leads_lead
"""

Claim = Callable[[], bool]


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    leads = max(options.leads, WAITING)
    with _world.database():
        from accounts.models import Portal, User
        from funnel.models import Queue, QueueMember

        Portal.objects.create(pk=1, held_limit=LIMIT)
        _world.fill(leads, 0)
        queue = Queue.default()
        reps = User.objects.bulk_create(
            User(email=f"rep-{n}@bench.example", name=f"Rep {n}", roles=["sales"])
            for n in range(REPS)
        )
        QueueMember.objects.bulk_create(QueueMember(queue=queue, user=rep) for rep in reps)
        print(f"{leads:,} leads, {WAITING:,} of them waiting, {REPS} reps, {AT_ONCE} at once")
        threads = partial(ThreadPoolExecutor, AT_ONCE)
        processes = partial(ProcessPoolExecutor, AT_ONCE, mp_context=get_context("fork"))
        ratio = compare("threads", threads, queue, reps, options.runs)
        compare("processes", processes, queue, reps, options.runs)
    print(f"ratio {ratio:.0%} (bar {BAR:.0%}); no handoff claimed twice")


def compare(name: str, pool: Callable[[], Executor], queue, reps, runs: int) -> float:  # type: ignore[no-untyped-def]
    """Print both rates, turn about, and give the ratio of their medians."""
    rates: dict[Callable[..., Claim], list[float]] = {by_hand: [], ours: []}
    for _ in range(runs):
        for way, measured in rates.items():
            reopen(queue)
            measured.append(WAITING / race(pool, way, queue, reps))
            check(ledger=way is ours)
    limit, took = (_world.median(measured) for measured in rates.values())
    print(f"four {name}: bare statement {limit:,.0f} claims/s, claim_next {took:,.0f} claims/s,")
    print(f"    {took / limit:.0%} of the limit; all runs {listed(rates[by_hand])} and")
    print(f"    {listed(rates[ours])}")
    return took / limit


def listed(rates: list[float]) -> str:
    return ", ".join(f"{rate:,.0f}" for rate in rates)


def reopen(queue) -> None:  # type: ignore[no-untyped-def]
    """The first leads are SQLs that wait, as if nobody had claimed any."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        # With all that hangs on handoffs by now: answers, waits in nurture, what was wrong.
        cursor.execute("TRUNCATE leads_stagechange, leads_handoff CASCADE")
        cursor.execute(
            "UPDATE leads_lead SET stage = 'sql', owner_id = NULL WHERE id <= %s", [WAITING]
        )
        cursor.execute(LEDGER)
        cursor.execute("RESET session_replication_role")
        cursor.execute(OPEN, {"queue": queue.pk, "waiting": WAITING})
        cursor.execute("VACUUM ANALYZE leads_lead, leads_handoff, leads_stagechange")


def by_hand(reps, queue) -> Claim:  # type: ignore[no-untyped-def]
    import psycopg2
    from django.db import connection

    params = connection.get_connection_params()
    by_hand = psycopg2.connect(**{key: params[key] for key in ("dbname", "user", "host")})
    by_hand.autocommit = True
    cursor, turns = by_hand.cursor(), itertools.cycle(reps)
    cursor.execute("SET plan_cache_mode = force_generic_plan")
    cursor.execute(BARE)

    def claim() -> bool:
        cursor.execute("EXECUTE bare (%s, %s)", [next(turns).pk, queue.pk])
        return bool(cursor.rowcount == 1)

    return claim


def ours(reps, queue) -> Claim:  # type: ignore[no-untyped-def]
    from leads.handoffs.claims import claim_next

    turns = itertools.cycle(reps)
    return lambda: claim_next(next(turns)) is not None


def race(pool: Callable[[], Executor], way: Callable[..., Claim], queue, reps) -> float:  # type: ignore[no-untyped-def]
    """Seconds until they have together claimed everything."""
    from django.db import connection

    # A process must not inherit it.
    connection.close()
    start = time.monotonic() + 0.5
    with pool() as executor:
        shares = [reps[n::AT_ONCE] for n in range(AT_ONCE)]
        ended = list(executor.map(partial(work, way, queue, start), shares))
    return max(ended) - start


def work(way: Callable[..., Claim], queue, start: float, reps) -> float:  # type: ignore[no-untyped-def]
    """Claim until nothing waits; when that was. All begin in the same moment."""
    from django.db import connection

    try:
        claim = way(reps, queue)
        time.sleep(start - time.monotonic())
        while claim():
            pass
        return time.monotonic()
    finally:
        connection.close()


def check(*, ledger: bool) -> None:
    from django.db.models import Count

    from leads.models import Handoff, StageChange

    claimed = Handoff.objects.filter(state="claimed")
    assert claimed.count() == WAITING
    if ledger:
        leads = StageChange.objects.filter(target="claimed").values_list("lead", flat=True)
        assert len(leads) == len(set(leads)) == WAITING
        held = claimed.values("claimed_by").annotate(held=Count("pk")).order_by()
        assert max(row["held"] for row in held) <= LIMIT


if __name__ == "__main__":
    main()

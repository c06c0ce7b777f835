"""Rescoring by the live criteria against hand-written SQL of the same rules on the same rows.

Bar: at least 60 % of the limit; rescoring that changes nothing at least 1.5 times as fast, and it
writes no row.
"""

import time
from datetime import datetime, timedelta

import _world

# The shipped criteria (16 rules, 8 of them on events) as somebody would write them by hand for
# this database only: no unknowns, no explanation, no time of the next change, one statement.
LIMIT = """
UPDATE leads_lead AS l SET version_id = %(version)s, fit = s.fit, intent = s.intent,
    total = s.fit + s.intent, points = s.points, scored_at = %(at)s, stale_at = NULL
FROM (
    SELECT r.id, r.points, least(greatest(r.points[1] + r.points[2] + r.points[3] + r.points[4]
               + r.points[5] + r.points[6], 0), 50) AS fit,
           least(greatest(r.points[7] + r.points[8] + r.points[9] + r.points[10] + r.points[11]
               + r.points[12] + r.points[13] + r.points[14] + r.points[15] + r.points[16], 0), 50)
               AS intent
    FROM (
        SELECT l.id, ARRAY[
            CASE WHEN l.job_title_key LIKE ANY(%(deciders)s) THEN 15 ELSE 0 END,
            CASE WHEN c.employees BETWEEN 10 AND 49 THEN 4 WHEN c.employees BETWEEN 50 AND 199
                 THEN 10 WHEN c.employees BETWEEN 200 AND 1000 THEN 15
                 WHEN c.employees > 1000 THEN 12 ELSE 0 END,
            CASE WHEN l.country = ANY(%(countries)s) THEN 10 ELSE 0 END,
            CASE WHEN l.email_kind = 'work' THEN 10 ELSE 0 END,
            CASE WHEN l.email_kind = 'free' THEN -5 ELSE 0 END,
            CASE WHEN l.job_title_key LIKE ANY(%(learners)s) THEN -30 ELSE 0 END,
            coalesce(round(25 * e.demo), 0)::int,
            CASE WHEN e.calls > 0 THEN 20 ELSE 0 END,
            CASE WHEN e.pricing >= 3 THEN 15 ELSE 0 END,
            coalesce(least(round(8 * e.webinars), 16), 0)::int,
            coalesce(least(round(5 * e.downloads), 10), 0)::int,
            coalesce(least(2 * e.clicks, 6), 0)::int,
            CASE WHEN e.chats > 0 THEN 6 ELSE 0 END,
            CASE WHEN e.days >= 3 THEN 6 ELSE 0 END,
            CASE WHEN l.attributes->>'purchase_timeline' = ANY(%(soon)s) THEN 10 ELSE 0 END,
            CASE WHEN e.unsubscribed > 0 THEN -15 ELSE 0 END]::smallint[] AS points
        FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
        LEFT JOIN (
            SELECT lead_id,
                max(0.5 ^ (extract(day FROM %(at)s - occurred_at) / 30.0)) FILTER (WHERE
                    type = 'demo_request' AND occurred_at > %(at)s - interval '90 days') AS demo,
                count(*) FILTER (WHERE type = 'call_booked'
                    AND occurred_at > %(at)s - interval '30 days') AS calls,
                count(*) FILTER (WHERE type = 'page_view'
                    AND occurred_at > %(at)s - interval '7 days'
                    AND property_keys->>'path' LIKE ' / pricing%%') AS pricing,
                sum(0.5 ^ (extract(day FROM %(at)s - occurred_at) / 45.0)) FILTER (WHERE
                    type = 'webinar_attended' AND occurred_at > %(at)s - interval '90 days')
                    AS webinars,
                sum(greatest(0, 1 - extract(day FROM %(at)s - occurred_at) / 60.0)) FILTER (WHERE
                    type = 'download' AND occurred_at > %(at)s - interval '60 days') AS downloads,
                count(DISTINCT occurred_at::date) FILTER (WHERE type = 'email_click'
                    AND occurred_at > %(at)s - interval '30 days') AS clicks,
                count(*) FILTER (WHERE type = 'chat'
                    AND occurred_at > %(at)s - interval '30 days') AS chats,
                count(DISTINCT occurred_at::date) FILTER (WHERE
                    occurred_at > %(at)s - interval '14 days') AS days,
                count(*) FILTER (WHERE type = 'unsubscribed'
                    AND occurred_at > %(at)s - interval '180 days') AS unsubscribed
            FROM leads_event GROUP BY lead_id
        ) e ON e.lead_id = l.id
    ) r
) s WHERE l.id = s.id
"""


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    events = options.events or options.leads * 10
    with _world.database():
        _world.fill(options.leads, events)
        measure(options.leads, events, options.runs)


def measure(leads: int, events: int, runs: int) -> None:
    from django.db import connection, transaction

    from accounts.models import Portal
    from funnel import defaults
    from leads.judging import due
    from leads.judging.basis import Basis, database_now
    from leads.judging.judgement import judge

    Portal.objects.update_or_create(pk=1, defaults={"sells_to": ["DE", "SE", "US"]})
    start = database_now()
    first = _world.seconds(lambda: due.drain(at=start))
    print(f"{leads:,} leads, {events:,} events")
    print(f"first judgement, with ledger, evidence and handoffs: {leads / first:,.0f} leads/s")

    def rescore(at) -> int:  # type: ignore[no-untyped-def]
        changed = 0
        for low in range(1, leads + 1, due.BATCH):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM leads_lead WHERE id BETWEEN %s AND %s ORDER BY id "
                    "FOR NO KEY UPDATE",
                    [low, low + due.BATCH - 1],
                )
                ids = [row[0] for row in cursor.fetchall()]
                changed += judge(ids, Basis.now(at)).changed
        return changed

    words = lambda items: [f"% {item} %" for item in items]  # noqa: E731
    facts = {
        "deciders": words(defaults.DECIDERS),
        "learners": words(defaults.LEARNERS),
        "countries": ["DE", "SE", "US"],
        "soon": defaults.SOON,
        "version": 1,
    }

    def limit(at) -> None:  # type: ignore[no-untyped-def]
        with connection.cursor() as cursor:
            cursor.execute(LIMIT, facts | {"at": at})

    changing, same, by_hand = [], [], []
    for run in range(runs):
        at = start + timedelta(hours=25 * (run + 1))
        by_hand.append(_world.seconds(lambda at=at: limit(at)))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE leads_lead SET total = total + 1, fit = fit + 1")
            cursor.execute("VACUUM leads_lead")
        counts: list[int] = []
        changing.append(_world.seconds(lambda at=at, c=counts: c.append(rescore(at))))
        same.append(_world.seconds(lambda at=at, c=counts: c.append(rescore(at))))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM leads_lead")
        print(f"  run {run + 1}: rows written {counts[0]:,} when all change, {counts[1]:,} again")
    single(leads, start + timedelta(hours=25 * (runs + 1)))
    sweep(leads, start + timedelta(hours=25 * (runs + 2)))
    hand, ours, again = (_world.median(values) for values in (by_hand, changing, same))
    print(f"limit by hand {leads / hand:,.0f} leads/s; ours {leads / ours:,.0f} leads/s")
    print(f"rescoring: {hand / ours:.0%} of the limit (bar: 60 %)")
    print(f"nothing changed: {ours / again:.2f} times as fast as changing (bar: 1.5)")


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
    print(
        f"one lead: median {_world.median(in_database):.1f} ms in the database (bar 5 ms), "
        f"{_world.median(in_all):.1f} ms in all"
    )


def sweep(leads: int, at: datetime) -> None:
    """What a day's passing costs: only leads whose result time may change are touched."""
    from leads.judging import due
    from leads.models import Lead

    waiting = Lead.objects.filter(rescore_at__lte=at).count()
    took = _world.seconds(lambda: due.drain(at=at))
    nothing = _world.seconds(lambda: due.drain(at=at)) * 1000
    print(
        f"a day's sweep: {waiting:,} of {leads:,} leads due, {waiting / took:,.0f} leads/s; "
        f"a look that finds nothing {nothing:.1f} ms"
    )


if __name__ == "__main__":
    main()

"""What news means for whom: that of a company or of everybody counts for each of them.

An event may make its lead active, which counts for the colleagues where the criteria ask for them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection

from funnel.conditions.tree import Test
from funnel.rulebook.parts import Rulebook
from funnel.stages import TOMBSTONES
from leadportal.db import prepared
from leads import news

COLLEAGUES = "colleagues_active"
# Index news_of_many. The people are read by the company's own index, and become news one by one.
_SPREAD = """
WITH heard AS (
    DELETE FROM leads_news WHERE id = ANY(ARRAY(
        SELECT id FROM leads_news WHERE lead_id IS NULL AND at <= %(at)s
        ORDER BY id FOR UPDATE SKIP LOCKED))
    RETURNING company_id, at
), everybody AS (
    SELECT min(at) AS at FROM heard WHERE company_id IS NULL
), companies AS (
    SELECT company_id, min(at) AS at FROM heard WHERE company_id IS NOT NULL GROUP BY company_id
)
INSERT INTO leads_news (lead_id, at)
SELECT l.id, companies.at FROM companies JOIN leads_lead l USING (company_id)
WHERE l.stage <> ALL(%(gone)s)
UNION ALL
SELECT l.id, everybody.at FROM everybody JOIN leads_lead l ON everybody.at IS NOT NULL
WHERE l.stage <> ALL(%(gone)s)
ORDER BY id
"""
_ANY_OF_MANY = "SELECT EXISTS (SELECT FROM leads_news WHERE lead_id IS NULL AND at <= %(at)s)"


def spread(at: datetime) -> None:
    """Make news of many, until a moment, news of each of them."""
    ((any_of_many,),) = prepared.fetch(_ANY_OF_MANY, {"at": at})
    if any_of_many:
        with connection.cursor() as cursor:
            cursor.execute(_SPREAD, {"at": at, "gone": [*TOMBSTONES]})


# Who waits in nurture for something new may come back, whoever hears of it (leads/nurture).
_HEAR = """
WITH told AS (
    DELETE FROM leads_news WHERE lead_id = ANY(%(leads)s) AND at <= %(at)s
    RETURNING lead_id, at, spreads
), stirred AS (
    UPDATE leads_nurture SET look_at = %(at)s
    WHERE lead_id = ANY(ARRAY(SELECT lead_id FROM told)) AND ended_at IS NULL
      AND return_event <> '' AND NOT by_hand_only
)
SELECT lead_id, at, spreads FROM told
"""


def hear(leads: Sequence[int], at: datetime) -> dict[int, datetime]:
    """Take away what is new of leads; of those that did something, when the first was received."""
    active: dict[int, datetime] = {}
    for lead, received, spreads in prepared.fetch(_HEAR, {"leads": list(leads), "at": at}):
        if spreads:
            active[lead] = min(received, active.get(lead, received))
    return active


# The companies of whoever had no event in a window until they did what made news, by
# event_of_lead. An earlier event that leaves its window within minutes does not count for it: the
# clocks of two machines differ a little, and a large batch commits later than it says.
_WOKEN = """
SELECT DISTINCT l.company_id
FROM unnest(%(leads)s::bigint[], %(since)s::timestamptz[]) AS woken (lead_id, at)
JOIN leads_lead l ON l.id = woken.lead_id
WHERE l.company_id IS NOT NULL AND EXISTS (
    SELECT FROM unnest(%(windows)s) AS asked (days)
    CROSS JOIN LATERAL (SELECT woken.at - days * interval '24 hours' AS at) AS opened
    WHERE EXISTS (
        SELECT FROM leads_event e WHERE e.lead_id = woken.lead_id
        AND e.received_at >= woken.at AND e.occurred_at > opened.at)
    AND NOT EXISTS (
        SELECT FROM leads_event e WHERE e.lead_id = woken.lead_id
        AND e.received_at < woken.at AND e.occurred_at > opened.at + interval '5 minutes'))
"""


def asks_for_colleagues(rulebook: Rulebook) -> bool:
    return any(_of_colleagues(rulebook))


def _of_colleagues(rulebook: Rulebook) -> Iterator[Test]:
    for test in rulebook.tests():
        if isinstance(test, Test) and test.fact.name == COLLEAGUES:
            yield test


def tell_colleagues(active: Mapping[int, datetime], rulebook: Rulebook, at: datetime) -> None:
    """Bring news to the companies of leads that did something, if it may count there.

    `active` is each lead and when the first of it was received. Whoever was active in the window
    already stays so, however busy the company is.
    """
    windows = {test.within_days or 0 for test in _of_colleagues(rulebook)}
    if not (windows and active):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _WOKEN,
            {
                "leads": [*active],
                "since": [*active.values()],
                "windows": sorted(windows),
            },
        )
        news.of_companies({company for (company,) in cursor.fetchall()}, at)

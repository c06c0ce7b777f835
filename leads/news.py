"""What makes leads due to be judged again: a list that anybody adds to, and judging takes from.

Whoever brings news waits for nobody: neither for judging nor for others with news of the same
lead, company or all leads. What it means, judging finds out (leads/judging/hearing.py).
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet

from leadportal.db import prepared, sweeps
from leads.models import News

_ADD = """
INSERT INTO leads_news (lead_id, company_id, at, spreads)
SELECT lead, company, %(at)s::timestamptz, %(spreads)s
FROM (SELECT unnest(%(leads)s::bigint[]) AS lead, NULL::bigint AS company
      UNION ALL SELECT NULL, unnest(%(companies)s::bigint[])
      UNION ALL SELECT NULL, NULL WHERE %(everybody)s) AS who
RETURNING id
"""


# The same of those who did something, beside the INSERT of what they did (leadportal/db/rows.py).
BESIDE_EVENTS = """
INSERT INTO leads_news (lead_id, at, spreads)
SELECT DISTINCT lead_id, %(at)s::timestamptz, true FROM written
"""


def of_leads(leads: Collection[int], at: datetime, *, spreads: bool = False) -> None:
    """Something about these leads changed; `spreads` where it was something they did."""
    _add(at, leads=leads, spreads=spreads)


def of_companies(companies: Collection[int], at: datetime) -> None:
    """Something changed that counts for everybody who works there."""
    _add(at, companies=companies)


def of_everybody(at: datetime) -> None:
    _add(at, everybody=True)


def about(lead: OuterRef, company: OuterRef) -> QuerySet[News]:
    """What judging has not yet heard of a lead, as a subquery of a query that reads it."""
    many = Q(lead=None) & (Q(company=company) | Q(company=None))
    return News.objects.filter(Q(lead=lead) | many)


def _add(
    at: datetime,
    *,
    leads: Collection[int] = (),
    companies: Collection[int] = (),
    everybody: bool = False,
    spreads: bool = False,
) -> None:
    if not (leads or companies or everybody):
        return
    rows = {
        "leads": sorted(leads),
        "companies": sorted(companies),
        "everybody": everybody,
        "at": at,
        "spreads": spreads,
    }
    prepared.fetch(_ADD, rows)
    to_be_heard()


def to_be_heard() -> None:
    """Have it heard once it is committed."""
    sweeps.nudge("judge")

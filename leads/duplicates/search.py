"""Who may be somebody we know: pairs of leads by an address, a number, a name in a company.

A lead is compared when it is new or another, with those alone that share something with it: each
way of being alike is a probe of an index. Where very many share it, with the first few.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from leadportal.db import clock, sweeps
from leads.models import Duplicate, Uncompared, Why
from leads.models.duplicates import RANK, TOLD

BATCH = 1_000
# So many others of one way of being alike, and so many names at one number, are looked at.
MOST = 20
MOST_NAMES = 50
# Of two names with one number, by pg_trgm: "jon nilsson" and "john nilsson" are 0.6.
SIMILAR = 0.45

_LIVING = "l.merged_into_id IS NULL AND l.stage <> 'erased'"
# lead_by_phone, lead_of_company, lead_by_mailbox, alias_address; one probe a lead and way.
_ALIKE = f"""
WITH asked AS MATERIALIZED (
    SELECT id, lower(email) AS mailbox, email_key, email_kind, phone, name_key, company_id
      FROM leads_lead l WHERE id = ANY(%(ids)s) AND {_LIVING}
), found AS (
    SELECT a.id AS one, b.id AS other, 'phone_and_name' AS why
      FROM asked a CROSS JOIN LATERAL (
        SELECT l.id FROM leads_lead l
         WHERE l.phone = a.phone AND l.phone <> '' AND l.name_key = a.name_key AND l.id <> a.id
           AND {_LIVING} LIMIT {MOST}) b
     WHERE a.phone LIKE '+%%' AND a.name_key LIKE '%% %%'
     UNION ALL
    SELECT a.id, b.id, 'phone'
      FROM asked a CROSS JOIN LATERAL (
        SELECT l.id, l.name_key FROM leads_lead l
         WHERE l.phone = a.phone AND l.phone <> '' AND l.id <> a.id AND {_LIVING}
         ORDER BY l.name_key LIMIT {MOST_NAMES}) b
     WHERE a.phone LIKE '+%%' AND CASE
        WHEN b.name_key = a.name_key THEN a.name_key NOT LIKE '%% %%'
        WHEN b.name_key = '' OR a.name_key = '' THEN true
        ELSE similarity(b.name_key, a.name_key) >= {SIMILAR} END
     UNION ALL
    SELECT a.id, b.id, 'mailbox_and_name'
      FROM asked a CROSS JOIN LATERAL (
        SELECT l.id FROM leads_lead l
         WHERE l.email_kind = 'role' AND lower(l.email) = a.mailbox AND l.name_key = a.name_key
           AND l.id <> a.id AND {_LIVING} LIMIT {MOST}) b
     WHERE a.email_kind = 'role' AND a.name_key LIKE '%% %%'
     UNION ALL
    SELECT a.id, l.id, 'former_mail'
      FROM asked a JOIN leads_alias f ON f.email_key = a.email_key
      JOIN leads_lead l ON l.id = f.lead_id
     WHERE a.email_key <> '' AND l.id <> a.id AND {_LIVING}
     UNION ALL
    SELECT a.id, l.id, 'former_mail'
      FROM asked a JOIN leads_alias f ON f.lead_id = a.id
      JOIN leads_lead l ON l.email_key = f.email_key AND l.email_key <> ''
     WHERE l.id <> a.id AND {_LIVING}
     UNION ALL
    SELECT a.id, b.id, 'name_and_company'
      FROM asked a CROSS JOIN LATERAL (
        SELECT l.id FROM leads_lead l
         WHERE l.company_id = a.company_id AND l.name_key = a.name_key AND l.id <> a.id
           AND {_LIVING} LIMIT {MOST}) b
     WHERE a.name_key LIKE '%% %%'
     UNION ALL
    SELECT a.id, b.id, 'name_and_company'
      FROM asked a
      JOIN leads_company c ON c.id = a.company_id
      JOIN leads_company d ON d.match_key = c.match_key AND d.id <> c.id
     CROSS JOIN LATERAL (
        SELECT l.id FROM leads_lead l
         WHERE l.company_id = d.id AND l.name_key = a.name_key AND {_LIVING} LIMIT {MOST}) b
     WHERE a.name_key LIKE '%% %%'
)
SELECT least(one, other), greatest(one, other), array_agg(DISTINCT why)
  FROM found GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 - constants
_EVERYBODY = """
INSERT INTO leads_uncompared (lead_id, at)
SELECT id, now() FROM leads_lead WHERE merged_into_id IS NULL AND stage <> 'erased' ORDER BY id
"""


def drain(*, seconds: float | None = None) -> int:
    """Compare who is to be compared until nobody is left, or `seconds` are spent; leads."""
    return sweeps.in_batches(_some, seconds=seconds)


def oldest_due() -> datetime | None:
    """Since when who waits longest is to be compared."""
    # By its place: the first that came is, but for moments, the one that waits longest.
    waiting: datetime | None = (
        Uncompared.objects.order_by("pk").values_list("at", flat=True).first()
    )
    return waiting


def everybody() -> None:
    """Compare all leads anew."""
    with connection.cursor() as cursor:
        cursor.execute(_EVERYBODY)
    sweeps.nudge("find_duplicates")


@transaction.atomic
def _some() -> int:
    due = Uncompared.objects.select_for_update(skip_locked=True).order_by("pk")
    taken = dict(due.values_list("pk", "lead")[:BATCH])
    if taken:
        compare(set(taken.values()))
        Uncompared.objects.filter(pk__in=taken).delete()
    return len(taken)


def compare(leads: Collection[int]) -> None:
    """Write the pairs of these leads, and forget those that are not alike any more.

    In the caller's transaction. What somebody decided stands.
    """
    found = {(first, second): why for first, second, why in _alike(leads)}
    whose = Q(first__in=leads) | Q(second__in=leads)
    stale = []
    for pair in Duplicate.objects.open().filter(whose).select_related("first", "second"):
        told = [why for why in pair.why if why in TOLD and _both_live(pair)]
        why = in_order([*told, *found.pop((pair.first_id, pair.second_id), ())])
        if not why:
            stale.append(pair.pk)
        elif why != pair.why:
            pair.why, pair.rank = why, rank(why)
            pair.save(update_fields=["why", "rank"])
    Duplicate.objects.filter(pk__in=stale).delete()
    at = clock.now()
    new = [
        Duplicate(first_id=first, second_id=second, why=why, rank=rank(why), found_at=at)
        for (first, second), codes in found.items()
        if (why := in_order(codes))
    ]
    # What was decided on a pair stands in its row.
    Duplicate.objects.bulk_create(new, ignore_conflicts=True, batch_size=2_000)


def _alike(leads: Collection[int]) -> list[tuple[int, int, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"ids": sorted(leads)})
        return cursor.fetchall()


def _both_live(pair: Duplicate) -> bool:
    return not {"merged", "erased"} & {lead.stage for lead in pair.leads}


def in_order(codes: Iterable[str]) -> list[str]:
    """Each reason once, the surest first."""
    given = set(codes)
    return [why.value for why in Why if why.value in given]


def rank(why: Iterable[str]) -> int:
    return min(RANK[Why(code)] for code in why)

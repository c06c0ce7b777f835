"""Leads of a batch that failed or took too long: judged in ever smaller ones, until one is found.

Ten times smaller each time, down to one alone. All of it stands in rows, written before each try: a
worker that gives up, or is killed, leaves the search to the next where it was.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from django.db import Error, connection

from leadportal.db import clock, prepared
from leads.models import Suspect

TENTH = 10
# A batch that is at work for so long is written down from beside, while it still is: its task is
# stopped after 60 seconds, and killed after 90 (leadportal/celery.py).
TOO_LONG = 45.0

_NOTE = """
INSERT INTO leads_suspect AS s (lead_id, size, at)
SELECT unnest(%(ids)s::bigint[]), %(size)s, %(at)s ORDER BY 1
ON CONFLICT (lead_id) DO UPDATE SET size = least(s.size, excluded.size), at = excluded.at
"""
_ANY = "SELECT EXISTS (SELECT FROM leads_suspect WHERE at <= %(at)s)"
# Of the largest groups first: most of them are innocent, and go on sooner. What another worker has
# in hand is left to it.
_NARROW = """
WITH first AS (
    SELECT size FROM leads_suspect WHERE at <= %(at)s
    ORDER BY size DESC, lead_id LIMIT 1 FOR UPDATE SKIP LOCKED
), part AS (
    SELECT s.lead_id, s.size FROM leads_suspect s JOIN first USING (size) WHERE s.at <= %(at)s
    ORDER BY s.lead_id LIMIT (SELECT size FROM first) FOR UPDATE OF s SKIP LOCKED
)
UPDATE leads_suspect s SET size = greatest(1, s.size / %(tenth)s) FROM part
WHERE s.lead_id = part.lead_id RETURNING s.lead_id, part.size
"""


def note(ids: Sequence[int], at: datetime, *, size: int | None = None) -> None:
    """These leads were a batch that failed; from `at` on they are judged in smaller ones."""
    size = max(1, len(ids) // TENTH) if size is None else size
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"ids": list(ids), "size": size, "at": at})


def are_there(at: datetime) -> bool:
    ((found,),) = prepared.fetch(_ANY, {"at": at})
    return bool(found)


def narrow(at: datetime) -> list[int]:
    """Suspects to be judged together now; should they fail, each is for a smaller group already."""
    with connection.cursor() as cursor:
        cursor.execute(_NARROW, {"at": at, "tenth": TENTH})
        return sorted(lead for lead, _ in cursor.fetchall())


def clear(ids: Sequence[int]) -> None:
    """They are suspect no more once the caller's transaction commits; till then they are its."""
    Suspect.objects.filter(pk__in=ids).delete()


@contextmanager
def watched(ids: Sequence[int]) -> Iterator[None]:
    """Should the block take too long, note its leads from beside: it may not live to do so."""
    watch = threading.Timer(TOO_LONG, _note_from_beside, [ids])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _note_from_beside(ids: Sequence[int]) -> None:
    """On a connection of this thread's own; where there is none to be had nothing is noted."""
    with suppress(Error):
        note(ids, clock.now())
    connection.close()

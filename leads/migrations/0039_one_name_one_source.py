"""Sources and campaigns of one name become one; each handoff gets what its lead came from.

In batches, each a transaction of its own; done again without harm. Of those that have one name the
oldest stays, with what the others know and it does not.
"""

from typing import Any

from django.db import connection, migrations, transaction

BATCH = 5_000
TWICE = "SELECT array_agg(id ORDER BY id) FROM {named} GROUP BY folded HAVING count(*) > 1"
# Who points to a name: the table, and the column.
POINTING = {
    "leads_source": [("leads_lead", "source_id"), ("leads_campaign", "source_id")],
    "leads_campaign": [("leads_lead", "campaign_id")],
}
RARELY = {
    "leads_source": [("leads_lead", "last_source_id"), ("leads_handoff", "source_id")],
    "leads_campaign": [("leads_lead", "last_campaign_id"), ("leads_handoff", "campaign_id")],
}
MOVE = """
UPDATE {table} SET {column} = %(heir)s WHERE id IN (
    SELECT id FROM {table} WHERE {column} = %(other)s ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE)
"""
LEARN = {
    "leads_source": """
UPDATE leads_source h SET channel = o.channel FROM leads_source o
 WHERE h.id = %(heir)s AND o.id = %(other)s AND h.channel = 'other'
""",
    # The days of one campaign belong together.
    "leads_campaign": """
UPDATE leads_campaign h SET source_id = coalesce(h.source_id, o.source_id),
       spend = coalesce(h.spend, o.spend),
       starts_on = CASE WHEN h.starts_on IS NULL AND h.ends_on IS NULL THEN o.starts_on
           ELSE h.starts_on END,
       ends_on = CASE WHEN h.starts_on IS NULL AND h.ends_on IS NULL THEN o.ends_on
           ELSE h.ends_on END
  FROM leads_campaign o WHERE h.id = %(heir)s AND o.id = %(other)s
""",
}
HOLD = "SELECT FROM {named} WHERE id = %(other)s FOR UPDATE"
GONE = "DELETE FROM {named} WHERE id = %(other)s"
FILL = """
UPDATE leads_handoff h SET source_id = l.source_id, campaign_id = l.campaign_id
  FROM leads_lead l
 WHERE l.id = h.lead_id AND h.id > %(last)s AND h.id <= %(next)s
   AND h.source_id IS NULL AND h.campaign_id IS NULL
"""
NEXT = """
SELECT max(id) FROM (SELECT id FROM leads_handoff WHERE id > %(last)s ORDER BY id LIMIT %(most)s) n
"""


def fill(*_: object) -> None:
    for named in POINTING:
        with connection.cursor() as cursor:
            cursor.execute(TWICE.format(named=named))
            groups = [ids for (ids,) in cursor.fetchall()]
        for heir, *others in groups:
            for other in others:
                join(named, heir, other)
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, {"last": last, "most": BATCH})
            ((upto,),) = cursor.fetchall()
            if upto is None:
                return
            cursor.execute(FILL, {"last": last, "next": upto})
            last = upto


def join(named: str, heir: int, other: int) -> None:
    """Let all that points to the other point to the heir, and the other be no more."""
    ids = {"heir": heir, "other": other, "most": BATCH}
    with connection.cursor() as cursor:
        for table, column in POINTING[named]:
            move(cursor, table, column, ids)
        with transaction.atomic():
            # Whoever would point to it waits for this, and finds it gone.
            cursor.execute(HOLD.format(named=named), ids)
            for table, column in [*POINTING[named], *RARELY[named]]:
                move(cursor, table, column, ids)
            cursor.execute(LEARN[named], ids)
            cursor.execute(GONE.format(named=named), ids)


def move(cursor: Any, table: str, column: str, ids: dict[str, int]) -> None:
    while True:
        cursor.execute(MOVE.format(table=table, column=column), ids)
        if cursor.rowcount < BATCH:
            return


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0038_first_and_last")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

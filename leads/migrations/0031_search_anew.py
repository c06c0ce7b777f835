"""Names without the letters a keyboard lacks, and phone numbers, for the leads that are there.

In batches, each a transaction of its own that waits for nobody; done again without harm. The rule
is that of the code that runs afterwards (leads/text.py), whichever release that is.
"""

from django.db import connection, migrations

from leads.text import search_key

BATCH = 5_000
READ = """
SELECT l.id, l.first_name, l.last_name, l.email, coalesce(c.name, ''), l.phone, l.search_key
  FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
 WHERE l.id > %s AND l.stage <> 'erased' ORDER BY l.id LIMIT %s
"""
# Nothing is locked before: who changes a lead meanwhile writes what finds it as well.
WRITE = """
UPDATE leads_lead l SET search_key = r.new
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) r(id, old, new)
 WHERE l.id = r.id AND l.search_key = r.old
"""


def fill(*_: object) -> None:
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(READ, [last, BATCH])
            rows = cursor.fetchall()
            if not rows:
                return
            found = [
                (pk, old, new)
                for pk, *parts, phone, old in rows
                if (new := search_key(*parts, phone=phone)) != old
            ]
            if found:
                cursor.execute(WRITE, [list(column) for column in zip(*found, strict=True)])
            last = rows[-1][0]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0030_follow_ups_and_notes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

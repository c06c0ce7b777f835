"""The words of the names, and the addresses as they are compared now, of the leads that are there.

In batches, each a transaction of its own that waits for nobody; done again without harm. The rule
is that of the code that runs afterwards (leads/text.py, leads/matching.py), whichever release that
is. Whose address is somebody else's in that form keeps it as it was, and the two are a pair of
duplicates. Then everybody is compared with everybody.
"""

from django.db import connection, migrations

from leads.domains import lists
from leads.matching import email_identity
from leads.text import person_key

BATCH = 5_000
READ = """
SELECT id, first_name, last_name, email, name_key, email_key, email_kind FROM leads_lead
 WHERE id > %s AND stage <> 'erased' ORDER BY id LIMIT %s
"""
# Nothing is locked before: who changes a lead meanwhile writes these as well.
NAME = """
UPDATE leads_lead l SET name_key = r.new
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) r(id, first, last, new)
 WHERE l.id = r.id AND l.first_name = r.first AND l.last_name = r.last
"""
OWNER = """
SELECT id FROM leads_lead
 WHERE email_key = %s AND email_key <> '' AND merged_into_id IS NULL AND id <> %s
"""
ADDRESS = """
UPDATE leads_lead SET email_key = %s, email_kind = %s WHERE id = %s AND email_key = %s
"""
PAIR = """
INSERT INTO leads_duplicate (first_id, second_id, why, rank, found_at, decision)
VALUES (least(%s, %s), greatest(%s, %s), ARRAY['mail'], 1, now(), '') ON CONFLICT DO NOTHING
"""
EVERYBODY = """
INSERT INTO leads_uncompared (lead_id, at)
SELECT id, now() FROM leads_lead WHERE merged_into_id IS NULL AND stage <> 'erased' ORDER BY id
"""


def fill(*_: object) -> None:
    # What managers say of domains has no table yet.
    with lists.unasked():
        readdress_all()


def readdress_all() -> None:
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(READ, [last, BATCH])
            rows = cursor.fetchall()
            if not rows:
                break
            named = [
                (pk, first, given, new)
                for pk, first, given, _, old, *_ in rows
                if (new := person_key(first, given)) != old
            ]
            if named:
                cursor.execute(NAME, [list(column) for column in zip(*named, strict=True)])
            for pk, _, _, email, _, old, kind in rows:
                if email:
                    readdress(cursor, pk, old, kind, *reversed(email_identity(email)))
            last = rows[-1][0]
        cursor.execute(EVERYBODY)


def readdress(cursor, pk: int, old: str, old_kind: str, key: str, kind: str) -> None:
    if (key, kind) == (old, old_kind):
        return
    cursor.execute(OWNER, [key, pk])
    if key and (owner := cursor.fetchone()):
        cursor.execute(PAIR, [pk, owner[0]] * 2)
    else:
        cursor.execute(ADDRESS, [key, kind, pk, old])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0043_found_by_phone_and_name")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

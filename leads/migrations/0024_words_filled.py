"""The words of "Vice-President" and "V.P." for the texts that are there already.

In batches, each a transaction of its own that waits for nobody; done again without harm. The
rule is that of the code that runs afterwards (leads/text.py), whichever release that is: what is
stored here is compared with what it makes of the criteria.
"""

import json
from typing import Any

from django.db import connection, migrations

from leads.text import word_keys

BATCH = 5_000
# By table, the texts a word list may be asked of. The columns of a lead come after its attributes:
# one of the same name is no field. A date is no text.
TEXTS = {
    "leads_source": "jsonb_build_object('name', name)",
    "leads_campaign": "jsonb_build_object('name', name)",
    "leads_company": "jsonb_build_object('name', name, 'industry', industry)",
    "leads_lead": """
        (attributes - ARRAY(SELECT name::text FROM leads_customfield WHERE type = 'date'))
        || jsonb_build_object('first_name', first_name, 'last_name', last_name,
            'job_title', job_title, 'department', department, 'city', city)""",
    "leads_event": "properties",
}
READ = "SELECT id, {texts} FROM {table} WHERE id > %s ORDER BY id LIMIT %s"
# Nothing is locked before: who changes a text meanwhile writes its words as well.
WRITE = """
UPDATE {table} t SET word_keys = r.words
  FROM jsonb_to_recordset(%s::jsonb) r(id bigint, said jsonb, words jsonb)
 WHERE t.id = r.id AND {texts} = r.said AND t.word_keys IS DISTINCT FROM r.words
"""
# Judged anew is everybody, where the live version asks for words, or for days, which are those of
# the company's zone from now on. An empty database has nobody to judge.
DUE = """
INSERT INTO leads_news (at)
SELECT now() WHERE EXISTS (SELECT FROM leads_lead) AND EXISTS (
    SELECT FROM funnel_criteriaversion WHERE state = 'live' AND content::text ~
    '"contains_any_word"|"per_day"|days_active|days_since|days_until|"within_(next|last)"|days_ago')
"""


def fill(*_: object) -> None:
    for table, texts in TEXTS.items():
        fill_table(table, texts)
    with connection.cursor() as cursor:
        cursor.execute(DUE)


def fill_table(table: str, texts: str) -> None:
    read, write = READ.format(table=table, texts=texts), WRITE.format(table=table, texts=texts)
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(read, [last, BATCH])
            rows = [(pk, json.loads(said)) for pk, said in cursor.fetchall()]
            if not rows:
                return
            found = [
                {"id": pk, "said": said, "words": words}
                for pk, said in rows
                if (words := words_of(said))
            ]
            if found:
                cursor.execute(write, [json.dumps(found)])
            last = rows[-1][0]


def words_of(said: dict[str, Any]) -> dict[str, str] | None:
    return word_keys({name: text for name, text in said.items() if isinstance(text, str)})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0023_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

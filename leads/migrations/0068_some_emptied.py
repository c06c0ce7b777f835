"""Who was erased and once agreed in words can be erased: of the columns that may be emptied, the
words stay as the proof, and only the address goes.
"""

from django.db import migrations

BEFORE = """
CREATE OR REPLACE FUNCTION leads_is_emptied(was jsonb, became jsonb, names text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT became - names = was - names AND NOT EXISTS (
        SELECT FROM unnest(names) AS name WHERE coalesce(became ->> name, '') NOT IN ('', '{}'))
$$;
"""
AFTER = """
CREATE OR REPLACE FUNCTION leads_is_emptied(was jsonb, became jsonb, names text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT became - names = was - names AND NOT EXISTS (
        SELECT FROM unnest(names) AS name WHERE coalesce(became ->> name, '') NOT IN ('', '{}')
        AND became -> name IS DISTINCT FROM was -> name)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0067_names_part_again")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]

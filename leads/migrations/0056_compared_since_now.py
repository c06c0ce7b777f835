"""A lead waits to be compared since it was written, whatever day it says it is of."""

from django.db import migrations

SINCE_NOW = """
CREATE OR REPLACE FUNCTION leads_lead_is_uncompared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) SELECT l.id, now() FROM added l;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION leads_lead_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) VALUES (NEW.id, now());
    RETURN NULL;
END $$;
"""
SINCE_IT_SAYS = """
CREATE OR REPLACE FUNCTION leads_lead_is_uncompared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) SELECT l.id, l.updated_at FROM added l;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION leads_lead_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) VALUES (NEW.id, NEW.updated_at);
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0049_companies_by_name")]
    operations = [migrations.RunSQL(SINCE_NOW, SINCE_IT_SAYS)]

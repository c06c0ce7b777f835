"""Whether a new lead has its ledger row is looked up lead by lead, and never joined."""

from django.db import migrations

BEGINS = """
CREATE OR REPLACE FUNCTION leads_lead_begins() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT l.id, l.stage INTO wrong FROM added l
    WHERE (SELECT s.id FROM leads_stagechange s WHERE s.lead_id = l.id LIMIT 1) IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lead % begins at stage % without its ledger', wrong.id, wrong.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO leads_judgement (lead_id, rescore_at) SELECT l.id, l.updated_at FROM added l;
    RETURN NULL;
END $$;
"""
LOOKED_UP = "(SELECT s.id FROM leads_stagechange s WHERE s.lead_id = l.id LIMIT 1) IS NULL"
JOINED = "NOT EXISTS (SELECT FROM leads_stagechange s WHERE s.lead_id = l.id)"


class Migration(migrations.Migration):
    dependencies = [("leads", "0028_past_answers")]

    operations = [migrations.RunSQL(BEGINS, BEGINS.replace(LOOKED_UP, JOINED))]

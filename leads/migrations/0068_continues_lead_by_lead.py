"""What a move follows on is looked up lead by lead, and never along the ids of the ledger.

Where the index of ids happens to be a level lower than that of leads, as while one of them fits a
page, the planner preferred it, and the plan stayed: thousands of moves each read the whole ledger.
"""

from django.db import migrations

CONTINUES = """
CREATE OR REPLACE FUNCTION leads_ledger_continues() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT step.lead_id, step.origin, step.target INTO wrong
    FROM (
        SELECT id, lead_id, origin, target, lag(target) OVER of_lead AS before,
               lead(id) OVER of_lead IS NULL AS is_last
        FROM added WINDOW of_lead AS (PARTITION BY lead_id ORDER BY id)
    ) AS step
    WHERE step.origin <> coalesce(step.before, (
        SELECT s.target FROM leads_stagechange s
        WHERE s.lead_id = step.lead_id AND s.id + 0 < step.id ORDER BY s.id + 0 DESC LIMIT 1
    ), '') OR step.is_last AND step.target IS DISTINCT FROM (
        SELECT l.stage FROM leads_lead l WHERE l.id = step.lead_id
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lead % did not move from % to %', wrong.lead_id,
            coalesce(nullif(wrong.origin, ''), 'nowhere'), wrong.target
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0067_names_part_again")]

    operations = [
        migrations.RunSQL(CONTINUES, CONTINUES.replace("s.id + 0 < step.id", "s.id < step.id"))
    ]

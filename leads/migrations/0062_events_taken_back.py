"""Functions: an import that is undone takes back the events that came with it."""

from django.db import migrations

GOES = """
CREATE OR REPLACE FUNCTION leads_goes_with_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'lead_id' = to_jsonb(OLD) - 'lead_id' AND EXISTS (
        SELECT FROM leads_lead l WHERE l.id = OLD.lead_id AND l.merged_into_id = NEW.lead_id
        OR l.id = NEW.lead_id AND l.merged_into_id = OLD.lead_id
    ) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND leads_is_emptied(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV)
        AND leads_is_erased(OLD.lead_id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'leads_note' AND leads_is_erased(OLD.lead_id) THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'leads_event' AND EXISTS (
        SELECT FROM leads_importline l JOIN leads_import i ON i.id = l.of_id
        WHERE l.event_id = OLD.id AND i.state = 'undoing'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
STAYS = """
CREATE OR REPLACE FUNCTION leads_goes_with_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'lead_id' = to_jsonb(OLD) - 'lead_id' AND EXISTS (
        SELECT FROM leads_lead l WHERE l.id = OLD.lead_id AND l.merged_into_id = NEW.lead_id
        OR l.id = NEW.lead_id AND l.merged_into_id = OLD.lead_id
    ) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND leads_is_emptied(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV)
        AND leads_is_erased(OLD.lead_id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'leads_note' AND leads_is_erased(OLD.lead_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TAKE_BACK = """
CREATE OR REPLACE FUNCTION leads_take_back(import_id bigint, first_line bigint, last_line bigint)
RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    whose bigint[];
BEGIN
    PERFORM FROM leads_import WHERE id = import_id AND state = 'undoing';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'import % is not being undone', import_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    WITH gone AS (
        DELETE FROM leads_event WHERE id = ANY (ARRAY(
            SELECT l.event_id FROM leads_importline l WHERE l.of_id = import_id
            AND l.number BETWEEN first_line AND last_line AND l.event_id IS NOT NULL))
        RETURNING lead_id
    ) SELECT coalesce(array_agg(DISTINCT lead_id), '{}') INTO whose FROM gone;
    RETURN whose;
END $$;
REVOKE ALL ON FUNCTION leads_take_back(bigint, bigint, bigint) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0061_import_line_of_event")]
    operations = [
        migrations.RunSQL(GOES, STAYS),
        migrations.RunSQL(TAKE_BACK, "DROP FUNCTION leads_take_back(bigint, bigint, bigint)"),
    ]

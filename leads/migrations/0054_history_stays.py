"""Events, touches and notes are history too, and a function of the owner hands them over.

As leads/sql/append_only.sql and hand_over.sql were then.
"""

from django.db import migrations

STAYS = """
-- Whether somebody was erased, or became a part of one who was.
CREATE FUNCTION leads_is_erased(person bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE whose AS (
        SELECT stage, merged_into_id FROM leads_lead WHERE id = person
        UNION ALL
        SELECT l.stage, l.merged_into_id FROM whose JOIN leads_lead l ON l.id = whose.merged_into_id
    )
    SELECT coalesce(bool_or(stage = 'erased'), FALSE) FROM whose
$$;

-- What a person did and agreed to, and what is noted of them, is theirs: where two leads turn out
-- to be one it goes with them, and back where they are parted (hand_over.sql). Of who was erased
-- the columns that the trigger names may be emptied, and notes go. All else stays.
CREATE FUNCTION leads_goes_with_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
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

-- Whether of a row nothing is another but some of these columns, and those say nothing.
CREATE FUNCTION leads_is_emptied(was jsonb, became jsonb, names text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT became - names = was - names AND NOT EXISTS (
        SELECT FROM unnest(names) AS name WHERE coalesce(became ->> name, '') NOT IN ('', '{}')
        AND became -> name IS DISTINCT FROM was -> name)
$$;

-- The same of what sales did to reach them.
CREATE FUNCTION leads_touch_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND leads_is_emptied(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV)
        AND leads_is_erased((SELECT lead_id FROM leads_handoff WHERE id = OLD.handoff_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER leads_event_rows BEFORE UPDATE OR DELETE ON leads_event FOR EACH ROW
    EXECUTE FUNCTION leads_goes_with_the_person('properties', 'property_keys', 'word_keys');
CREATE TRIGGER leads_event_table BEFORE TRUNCATE ON leads_event
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
CREATE OR REPLACE TRIGGER leads_consent_rows BEFORE UPDATE OR DELETE ON leads_consent
    FOR EACH ROW EXECUTE FUNCTION leads_goes_with_the_person('text', 'address');
CREATE TRIGGER leads_note_rows BEFORE UPDATE OR DELETE ON leads_note
    FOR EACH ROW EXECUTE FUNCTION leads_goes_with_the_person();
CREATE TRIGGER leads_note_table BEFORE TRUNCATE ON leads_note
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_touch_rows BEFORE UPDATE OR DELETE ON leads_touch
    FOR EACH ROW EXECUTE FUNCTION leads_touch_stays('note');
CREATE TRIGGER leads_touch_table BEFORE TRUNCATE ON leads_touch
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
DROP FUNCTION leads_consent_follows();
"""
CHANGES = """
CREATE OR REPLACE FUNCTION leads_consent_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'lead_id' = to_jsonb(OLD) - 'lead_id' AND EXISTS (
        SELECT FROM leads_lead l WHERE l.id = OLD.lead_id AND l.merged_into_id = NEW.lead_id
        OR l.id = NEW.lead_id AND l.merged_into_id = OLD.lead_id
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER leads_consent_rows BEFORE UPDATE OR DELETE ON leads_consent
    FOR EACH ROW EXECUTE FUNCTION leads_consent_follows();
DROP TRIGGER leads_event_rows ON leads_event;
DROP TRIGGER leads_event_table ON leads_event;
DROP TRIGGER leads_note_rows ON leads_note;
DROP TRIGGER leads_note_table ON leads_note;
DROP TRIGGER leads_touch_rows ON leads_touch;
DROP TRIGGER leads_touch_table ON leads_touch;
DROP FUNCTION leads_goes_with_the_person();
DROP FUNCTION leads_touch_stays();
DROP FUNCTION leads_is_emptied(jsonb, jsonb, text[]);
DROP FUNCTION leads_is_erased(bigint);
"""
HANDS_OVER = """
-- Of two leads that are one person, the heir has what the person did and agreed to, and what is
-- noted of them. The app's role may change no row of these tables: it calls these functions, which
-- work as their owner, look into the schema public alone, and are nobody else's to call. The
-- triggers of append_only.sql hold for them too.

-- All that the one who was merged away has; the ids of what changed hands, by model.
CREATE OR REPLACE FUNCTION leads_hand_over(gone bigint, heir bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    events bigint[];
    notes bigint[];
    consents bigint[];
BEGIN
    PERFORM FROM leads_lead WHERE id = gone AND merged_into_id = heir;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lead % is not merged into lead %', gone, heir
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    WITH moved AS (UPDATE leads_event SET lead_id = heir WHERE lead_id = gone RETURNING id)
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO events FROM moved;
    WITH moved AS (UPDATE leads_note SET lead_id = heir WHERE lead_id = gone RETURNING id)
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO notes FROM moved;
    WITH moved AS (UPDATE leads_consent SET lead_id = heir WHERE lead_id = gone RETURNING id)
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO consents FROM moved;
    RETURN jsonb_build_object('Event', events, 'Note', notes, 'Consent', consents);
END $$;
REVOKE ALL ON FUNCTION leads_hand_over(bigint, bigint) FROM PUBLIC;

-- What changed hands with a merge that is being undone, where the heir still has it.
CREATE OR REPLACE FUNCTION leads_hand_back(merge_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    done leads_merge;
BEGIN
    SELECT * INTO done FROM leads_merge WHERE id = merge_id AND undone_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no merge % that could be undone', merge_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE leads_event SET lead_id = done.lead_id WHERE lead_id = done.heir_id
    AND id = ANY (ARRAY(SELECT jsonb_array_elements_text(done.moved -> 'Event')::bigint));
    UPDATE leads_note SET lead_id = done.lead_id WHERE lead_id = done.heir_id
    AND id = ANY (ARRAY(SELECT jsonb_array_elements_text(done.moved -> 'Note')::bigint));
    UPDATE leads_consent SET lead_id = done.lead_id WHERE lead_id = done.heir_id
    AND id = ANY (ARRAY(SELECT jsonb_array_elements_text(done.moved -> 'Consent')::bigint));
END $$;
REVOKE ALL ON FUNCTION leads_hand_back(bigint) FROM PUBLIC;
"""
HANDS_NOTHING = """
DROP FUNCTION leads_hand_over(bigint, bigint);
DROP FUNCTION leads_hand_back(bigint);
"""
FORGETS_AS_OWNER = """
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM leads_unreadvalue WHERE lead_id = NEW.id;
    DELETE FROM leads_alias WHERE lead_id = NEW.id;
    DELETE FROM leads_rawvalue WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION leads_lead_erased() FROM PUBLIC;
"""
FORGETS = """
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM leads_unreadvalue WHERE lead_id = NEW.id;
    DELETE FROM leads_alias WHERE lead_id = NEW.id;
    DELETE FROM leads_rawvalue WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
GRANT EXECUTE ON FUNCTION leads_lead_erased() TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0053_raw_values")]

    operations = [
        migrations.RunSQL(STAYS, CHANGES),
        migrations.RunSQL(HANDS_OVER, HANDS_NOTHING),
        migrations.RunSQL(FORGETS_AS_OWNER, FORGETS),
    ]

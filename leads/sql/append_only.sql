-- History cannot be changed: the tables of leadportal/db/append_only.py take new rows and nothing else,
-- but for what leads/sql/erased.sql says of the words of who was erased.

CREATE FUNCTION leads_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER leads_ledger_table BEFORE TRUNCATE ON leads_stagechange
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();

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
-- the columns that the trigger names may be emptied, and notes go; and the events that came with a
-- file go with its undo (take_back.sql). All else stays.
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
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'leads_event' AND EXISTS (
        SELECT FROM leads_importline l JOIN leads_import i ON i.id = l.of_id
        WHERE l.event_id = OLD.id AND i.state = 'undoing'
    ) THEN
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
CREATE TRIGGER leads_consent_rows BEFORE UPDATE OR DELETE ON leads_consent
    FOR EACH ROW EXECUTE FUNCTION leads_goes_with_the_person('text', 'address');
CREATE TRIGGER leads_consent_table BEFORE TRUNCATE ON leads_consent
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_note_rows BEFORE UPDATE OR DELETE ON leads_note
    FOR EACH ROW EXECUTE FUNCTION leads_goes_with_the_person();
CREATE TRIGGER leads_note_table BEFORE TRUNCATE ON leads_note
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_touch_rows BEFORE UPDATE OR DELETE ON leads_touch
    FOR EACH ROW EXECUTE FUNCTION leads_touch_stays('note');
CREATE TRIGGER leads_touch_table BEFORE TRUNCATE ON leads_touch
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();

-- An import that is undone takes the events back that its lines made: those of the lines numbered
-- `first` to `last`. Answers whose they were. As the owner, as the app's role may change no history;
-- the trigger of append_only.sql lets go of no other event.
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

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

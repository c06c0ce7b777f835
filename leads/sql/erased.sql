-- Who was erased says nothing any more, nor do the leads that became a part of them. Kept is what
-- is counted, and by what they are known to have been erased: fingerprints of the address and of the
-- ids of other systems, that nobody can read and whoever has the same can make (leads/ingest/identity.py).

CREATE OR REPLACE FUNCTION leads_fingerprint(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value = '' OR value LIKE 'erased:%' THEN value
        ELSE 'erased:' || encode(sha256(convert_to(value, 'UTF8')), 'hex') END
$$;

-- History cannot be changed, but what it says of a person goes with the person: the words and the
-- evidence of moves. Who moved whom, where, when and by which version stays.
CREATE OR REPLACE FUNCTION leads_ledger_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'reason' - 'evidence' = to_jsonb(OLD) - 'reason' - 'evidence'
        AND NEW.reason IN ('', OLD.reason) AND coalesce(NEW.evidence, '{}') IN ('{}', OLD.evidence)
        AND leads_is_erased(OLD.lead_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER leads_ledger_rows BEFORE UPDATE OR DELETE ON leads_stagechange
    FOR EACH ROW EXECUTE FUNCTION leads_ledger_forgets();

-- As the owner, for the app's role may not change history. Of all who are erased by one statement
-- together: an import of thousands that is undone takes each table once. What says nothing as it is
-- stays untouched, as each row of history is guarded by a trigger.
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    who bigint[];
    handed bigint[];
BEGIN
    -- Most statements erase nobody.
    PERFORM FROM became WHERE stage = 'erased';
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    WITH RECURSIVE part AS (
        SELECT b.id FROM became b JOIN was ON was.id = b.id
        WHERE b.stage = 'erased' AND was.stage <> 'erased'
        UNION
        SELECT l.id FROM leads_lead l JOIN part ON l.merged_into_id = part.id
    ) SELECT array_agg(id) INTO who FROM part;
    IF who IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE leads_lead SET
        email = '', email_key = leads_fingerprint(email_key), email_kind = '', phone = '',
        first_name = '', last_name = '', name_key = '', job_title = '', job_title_key = '',
        department = '', department_key = '', website = '', linkedin = '', country = '', city = '',
        city_key = '', company_id = NULL, attributes = '{}', attribute_keys = '{}',
        word_keys = NULL, estimated_value = NULL, search_key = '', typed = NULL, not_of = NULL,
        tags = NULL, last_tags = NULL
    WHERE id = ANY(who);
    DELETE FROM leads_unreadvalue WHERE lead_id = ANY(who);
    UPDATE leads_externalid SET value = leads_fingerprint(value) WHERE lead_id = ANY(who);
    DELETE FROM leads_alias WHERE lead_id = ANY(who);
    DELETE FROM leads_rawvalue WHERE lead_id = ANY(who);
    DELETE FROM leads_leadchange WHERE lead_id = ANY(who);
    DELETE FROM leads_note WHERE lead_id = ANY(who);
    UPDATE leads_bantitem SET note = '' WHERE lead_id = ANY(who) AND note <> '';
    UPDATE leads_adjustment SET reason = 'Erased' WHERE lead_id = ANY(who) AND reason <> 'Erased';
    UPDATE leads_override SET reason = 'Erased' WHERE lead_id = ANY(who) AND reason <> 'Erased';
    UPDATE leads_consent SET address = '' WHERE lead_id = ANY(who) AND address <> '';
    UPDATE leads_event SET properties = '{}', property_keys = '{}', word_keys = NULL
        WHERE lead_id = ANY(who) AND (properties <> '{}' OR property_keys <> '{}'
            OR word_keys IS NOT NULL);
    UPDATE leads_importline SET cells = '[]', email_key = '', external_id = '', errors = NULL
        WHERE lead_id = ANY(who);
    UPDATE leads_delivery SET body = '', headers = '{}', address = '', forget_at = NULL,
        reason = CASE state WHEN 'taken' THEN '' ELSE reason END,
        results = (SELECT jsonb_agg(one || '{"problems": []}')
            FROM jsonb_array_elements(results) AS one)
        WHERE lead_id = ANY(who);
    UPDATE leads_merge SET taken = '{}' WHERE lead_id = ANY(who) OR heir_id = ANY(who);
    UPDATE leads_stagechange SET
        evidence = CASE WHEN evidence IS NULL THEN NULL ELSE '{}'::jsonb END,
        reason = CASE WHEN reason = 'Undone' OR target = 'erased' THEN reason ELSE '' END
        WHERE lead_id = ANY(who) AND (evidence <> '{}'
            OR reason NOT IN ('', 'Undone') AND target <> 'erased');
    SELECT array_agg(id) INTO handed FROM leads_handoff WHERE lead_id = ANY(who);
    IF handed IS NOT NULL THEN
        UPDATE leads_handoff SET why = '', note = '', bought_because = '', competitor = '',
            reasons = (SELECT coalesce(jsonb_agg(line || CASE
                    WHEN line->>'rule' = '' AND NOT coalesce((line->>'cut')::boolean, false)
                    THEN '{"evidence": "", "label": "Adjusted"}'::jsonb
                    ELSE '{"evidence": ""}' END ORDER BY place), '[]')
                FROM jsonb_array_elements(reasons) WITH ORDINALITY AS one (line, place))
            WHERE id = ANY(handed);
        UPDATE leads_touch SET note = '' WHERE handoff_id = ANY(handed);
        UPDATE leads_answer SET text = CASE text WHEN '' THEN '' ELSE 'Erased' END, because = ''
            WHERE handoff_id = ANY(handed);
        UPDATE leads_followup SET note = '' WHERE lead_id = ANY(who);
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION leads_lead_erased() FROM PUBLIC;
CREATE OR REPLACE TRIGGER leads_lead_erased AFTER UPDATE ON leads_lead
    REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_erased();

-- History cannot be changed: the ledger and consents take new rows and nothing else, but for what
-- leads/sql/erased.sql says of the words of who was erased.

CREATE FUNCTION leads_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER leads_ledger_table BEFORE TRUNCATE ON leads_stagechange
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();

-- A consent is of a person: where two leads turn out to be one it goes with them, and back where they
-- are parted. Nothing else of it changes.
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
CREATE TRIGGER leads_consent_rows BEFORE UPDATE OR DELETE ON leads_consent
    FOR EACH ROW EXECUTE FUNCTION leads_consent_follows();
CREATE TRIGGER leads_consent_table BEFORE TRUNCATE ON leads_consent
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();

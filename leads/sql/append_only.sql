-- History cannot be changed: the ledger and consents take new rows and nothing else.

CREATE FUNCTION leads_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER leads_ledger_rows BEFORE UPDATE OR DELETE ON leads_stagechange
    FOR EACH ROW EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_ledger_table BEFORE TRUNCATE ON leads_stagechange
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_consent_rows BEFORE UPDATE OR DELETE ON leads_consent
    FOR EACH ROW EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_consent_table BEFORE TRUNCATE ON leads_consent
    FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();

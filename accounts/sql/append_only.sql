-- Who changed which setting, and whose account, cannot be changed: new rows and nothing else.
CREATE OR REPLACE FUNCTION accounts_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER accounts_setting_change_rows
    BEFORE UPDATE OR DELETE ON accounts_settingchange
    FOR EACH ROW EXECUTE FUNCTION accounts_append_only();

CREATE OR REPLACE TRIGGER accounts_setting_change_table
    BEFORE TRUNCATE ON accounts_settingchange
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_append_only();

CREATE OR REPLACE TRIGGER accounts_person_change_rows
    BEFORE UPDATE OR DELETE ON accounts_personchange
    FOR EACH ROW EXECUTE FUNCTION accounts_append_only();

CREATE OR REPLACE TRIGGER accounts_person_change_table
    BEFORE TRUNCATE ON accounts_personchange
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_append_only();

"""Who changed which setting cannot be changed (accounts/sql/append_only.sql as it was then)."""

from django.db import migrations

FORWARD = """
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
"""

BACKWARD = """
DROP TRIGGER accounts_setting_change_table ON accounts_settingchange;
DROP TRIGGER accounts_setting_change_rows ON accounts_settingchange;
DROP FUNCTION accounts_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_setting_change")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

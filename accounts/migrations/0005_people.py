"""Accounts that an admin keeps: what is changed is kept, and an admin who can sign in stays.

The texts are those of accounts/sql as they were then.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE TRIGGER accounts_person_change_rows
    BEFORE UPDATE OR DELETE ON accounts_personchange
    FOR EACH ROW EXECUTE FUNCTION accounts_append_only();

CREATE OR REPLACE TRIGGER accounts_person_change_table
    BEFORE TRUNCATE ON accounts_personchange
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_append_only();

CREATE OR REPLACE FUNCTION accounts_admin_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_user WHERE is_active AND 'admin' = ANY (roles)) THEN
        RAISE EXCEPTION 'the last admin who can sign in must stay one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER accounts_admin_stays_changed
    AFTER UPDATE OF is_active, roles ON accounts_user
    FOR EACH ROW
    WHEN (OLD.is_active AND 'admin' = ANY (OLD.roles)
          AND NOT (NEW.is_active AND 'admin' = ANY (NEW.roles)))
    EXECUTE FUNCTION accounts_admin_stays();

CREATE OR REPLACE TRIGGER accounts_admin_stays_deleted
    AFTER DELETE ON accounts_user
    FOR EACH ROW WHEN (OLD.is_active AND 'admin' = ANY (OLD.roles))
    EXECUTE FUNCTION accounts_admin_stays();
"""

BACKWARD = """
DROP TRIGGER accounts_admin_stays_deleted ON accounts_user;
DROP TRIGGER accounts_admin_stays_changed ON accounts_user;
DROP FUNCTION accounts_admin_stays();
DROP TRIGGER accounts_person_change_table ON accounts_personchange;
DROP TRIGGER accounts_person_change_rows ON accounts_personchange;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_answer_promises")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="visits_ended",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="PersonChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("what", models.CharField(max_length=40)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="person_change_newest"),
                    models.Index(fields=["person", "-at", "-id"], name="person_change_of"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("old", models.F("new")), _negated=True),
                        name="person_change_changes",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

"""Two leads that may be one: found, refused, merged; and the addresses a lead had before."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

COMPARED = """
CREATE OR REPLACE FUNCTION leads_lead_is_uncompared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) SELECT l.id, l.updated_at FROM added l;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_is_uncompared AFTER INSERT ON leads_lead
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_is_uncompared();

CREATE OR REPLACE FUNCTION leads_lead_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) VALUES (NEW.id, NEW.updated_at);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_is_another
    AFTER UPDATE OF email, phone, name_key, company_id, merged_into_id ON leads_lead
    FOR EACH ROW WHEN (
        (OLD.email, OLD.phone, OLD.name_key) IS DISTINCT FROM (NEW.email, NEW.phone, NEW.name_key)
        OR OLD.company_id IS DISTINCT FROM NEW.company_id
        OR OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id
    ) EXECUTE FUNCTION leads_lead_is_another();
"""
NOT_COMPARED = """
DROP TRIGGER IF EXISTS leads_lead_is_uncompared ON leads_lead;
DROP TRIGGER IF EXISTS leads_lead_is_another ON leads_lead;
DROP FUNCTION IF EXISTS leads_lead_is_uncompared();
DROP FUNCTION IF EXISTS leads_lead_is_another();
"""
FOLLOWS = """
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
"""
STAYS = """
CREATE OR REPLACE TRIGGER leads_consent_rows BEFORE UPDATE OR DELETE ON leads_consent
    FOR EACH ROW EXECUTE FUNCTION leads_append_only();
DROP FUNCTION IF EXISTS leads_consent_follows();
"""
ERASED = """
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM leads_unreadvalue WHERE lead_id = NEW.id;
    DELETE FROM leads_alias WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
"""
ERASED_BEFORE = """
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM leads_unreadvalue WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0041_origin_stands"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alias",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email_key", models.CharField(max_length=254)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "aliases",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Duplicate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "why",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                (
                    "rank",
                    models.SmallIntegerField(
                        choices=[(1, "Certain"), (2, "Likely"), (3, "Possible")]
                    ),
                ),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("refused", "Not duplicates"), ("merged", "Merged")],
                        max_length=7,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["rank", "id"],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("stage", models.CharField(max_length=12)),
                ("handoff_state", models.CharField(blank=True, max_length=8)),
                ("wait", models.JSONField(null=True)),
                ("moved", models.JSONField(default=dict)),
                ("taken", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Uncompared",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "uncompared",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="lead",
            name="name_key",
            field=models.CharField(blank=True, db_default="", default="", max_length=210),
        ),
        migrations.AddField(
            model_name="alias",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="aliases", to="leads.lead"
            ),
        ),
        migrations.AddField(
            model_name="duplicate",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="duplicate",
            name="first",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="duplicate",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.lead"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="handoff",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.handoff",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="heir",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="inheritances",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="lead",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="undone_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="uncompared",
            name="lead",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="leads.lead",
            ),
        ),
        migrations.AddIndex(
            model_name="alias",
            index=models.Index(fields=["email_key"], name="alias_address"),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.CheckConstraint(
                condition=models.Q(("email_key", ""), _negated=True), name="alias_is_an_address"
            ),
        ),
        migrations.AddIndex(
            model_name="duplicate",
            index=models.Index(
                condition=models.Q(("decision", "")),
                fields=["rank", "id"],
                name="duplicate_open_by_rank",
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicate",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="duplicate_once"),
        ),
        migrations.AddConstraint(
            model_name="duplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))),
                name="duplicate_older_is_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decision", "")),
                    models.Q(
                        models.Q(("decision", ""), _negated=True), ("decided_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="duplicate_decided_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("lead",), name="merge_of_lead_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("lead", models.F("heir")), _negated=True),
                name="merge_is_of_two",
            ),
        ),
        migrations.RunSQL(COMPARED, NOT_COMPARED),
        migrations.RunSQL(FOLLOWS, STAYS),
        migrations.RunSQL(ERASED, ERASED_BEFORE),
    ]

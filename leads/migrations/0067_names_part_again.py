"""Two sources, or campaigns, that were made one can be parted again.

The text is that of leads/sql/origin.sql as of now.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

STANDS = """
CREATE OR REPLACE FUNCTION leads_came_under(of text, lead bigint, heir bigint, origin bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    -- Index moved_by_name.
    SELECT EXISTS (SELECT FROM leads_namemerge m JOIN leads_movedbyname b ON b.merge_id = m.id
        WHERE m.kind = of AND m.row = origin AND m.heir = leads_came_under.heir
            AND m.undone_at IS NOT NULL AND b."column" = of
            AND lead BETWEEN b.first AND b.last AND lead = ANY (b.ids))
$$;
CREATE OR REPLACE FUNCTION leads_origin_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.source_id IS DISTINCT FROM NEW.source_id
            AND NOT coalesce(NEW.typed ? 'source', FALSE)
            AND NOT EXISTS (SELECT FROM leads_source s
                WHERE s.id = OLD.source_id AND s.same_as_id = NEW.source_id)
            AND NOT leads_came_under('source', OLD.id, OLD.source_id, NEW.source_id)
        OR OLD.campaign_id IS DISTINCT FROM NEW.campaign_id
            AND NOT coalesce(NEW.typed ? 'campaign', FALSE)
            AND NOT EXISTS (SELECT FROM leads_campaign c
                WHERE c.id = OLD.campaign_id AND c.same_as_id = NEW.campaign_id)
            AND NOT leads_came_under('campaign', OLD.id, OLD.campaign_id, NEW.campaign_id))
        AND NOT EXISTS (SELECT FROM leads_lead m WHERE m.merged_into_id = NEW.id)
    THEN
        RAISE EXCEPTION 'lead % came from elsewhere already', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
STOOD = """
CREATE OR REPLACE FUNCTION leads_origin_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.source_id IS DISTINCT FROM NEW.source_id
            AND NOT coalesce(NEW.typed ? 'source', FALSE)
            AND NOT EXISTS (SELECT FROM leads_source s
                WHERE s.id = OLD.source_id AND s.same_as_id = NEW.source_id)
        OR OLD.campaign_id IS DISTINCT FROM NEW.campaign_id
            AND NOT coalesce(NEW.typed ? 'campaign', FALSE)
            AND NOT EXISTS (SELECT FROM leads_campaign c
                WHERE c.id = OLD.campaign_id AND c.same_as_id = NEW.campaign_id))
        AND NOT EXISTS (SELECT FROM leads_lead m WHERE m.merged_into_id = NEW.id)
    THEN
        RAISE EXCEPTION 'lead % came from elsewhere already', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION leads_came_under(text, bigint, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0066_button_of_language"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NameMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("source", "Source"), ("campaign", "Campaign")], max_length=8
                    ),
                ),
                ("row", models.BigIntegerField()),
                ("heir", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("names", models.JSONField(default=list)),
                ("learned", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="MovedByName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "column",
                    models.CharField(
                        choices=[
                            ("source", "Source of a lead"),
                            ("last_source", "Last source of a lead"),
                            ("campaign", "Campaign of a lead"),
                            ("last_campaign", "Last campaign of a lead"),
                            ("handoff", "Of a handoff"),
                            ("of_campaign", "Source of a campaign"),
                        ],
                        max_length=13,
                    ),
                ),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "merge",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moved",
                        to="leads.namemerge",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="namemerge",
            index=models.Index(fields=["kind", "heir"], name="name_merge_heir"),
        ),
        migrations.AddConstraint(
            model_name="namemerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("kind", "row"),
                name="name_merged_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="namemerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at", None), ("undone_at__isnull", False), _connector="OR"),
                name="name_parted_goes_back",
            ),
        ),
        migrations.AddIndex(
            model_name="movedbyname",
            index=models.Index(fields=["merge", "column", "first"], name="moved_by_name"),
        ),
        migrations.RunSQL(STANDS, STOOD),
    ]

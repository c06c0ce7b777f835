"""Fields are kept by people: renamed, put in order, retired, their choices called otherwise.

Beside them, which integration sent what is no field yet, and how many leads carry it.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Q

DUE = Q(due_at__isnull=False)


def _id() -> tuple[str, models.Field]:
    field = models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )
    return "id", field


def begin_to_count(apps, schema_editor):
    apps.get_model("leads", "AttributeCounting").objects.get_or_create(pk=1)


def one_of_each_name(apps, schema_editor):
    """A name is there once again: of the integration that sent it first."""
    seen = apps.get_model("leads", "SeenAttribute").objects
    kept = seen.order_by("name", "first_seen_at", "pk").distinct("name").values("pk")
    seen.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


def no_other_names(apps, schema_editor):
    """What fields are also called is forgotten, for a release before would take it for fields."""
    apps.get_model("leads", "CustomField").objects.exclude(same_as=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_mails"),
        ("leads", "0051_consent_stands"),
    ]

    operations = [
        migrations.AlterModelOptions("customfield", {"ordering": ["position", "label"]}),
        migrations.AddField(
            "customfield", "changed_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddField("customfield", "due_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField(
            "customfield", "read_to", models.BigIntegerField(default=0, db_default=0)
        ),
        migrations.AddField(
            "customfield", "retired_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddField(
            "customfield",
            "choice_terms",
            models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            "customfield",
            "help",
            models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            "customfield", "position", models.PositiveSmallIntegerField(default=0, db_default=0)
        ),
        migrations.AddField(
            "customfield",
            "sent_as",
            models.SlugField(blank=True, db_default="", default="", max_length=60, db_index=False),
        ),
        migrations.AddField(
            "customfield",
            "same_as",
            models.ForeignKey(
                "leads.customfield",
                null=True,
                blank=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="other_names",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, no_other_names),
        migrations.AddIndex(
            "customfield", models.Index(condition=DUE, fields=["due_at"], name="custom_field_due")
        ),
        migrations.AddConstraint(
            "customfield",
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")),
                name="custom_field_is_not_its_own_name",
            ),
        ),
        migrations.AddConstraint(
            "customfield",
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(changed_at__isnull=False, same_as=None),
                name="custom_field_due_is_a_changed_field",
            ),
        ),
        migrations.AlterField("seenattribute", "name", models.CharField(max_length=60)),
        migrations.RunPython(migrations.RunPython.noop, one_of_each_name),
        migrations.AddConstraint(
            "seenattribute",
            models.UniqueConstraint(
                fields=["name", "integration"], name="seen_attribute_of_integration"
            ),
        ),
        migrations.AddConstraint(
            "seenattribute",
            models.UniqueConstraint(
                condition=Q(integration=None), fields=["name"], name="seen_attribute_of_nobody"
            ),
        ),
        migrations.CreateModel(
            name="AttributeCount",
            fields=[
                _id(),
                ("name", models.CharField(max_length=60, unique=True)),
                ("leads", models.PositiveIntegerField()),
                ("values", models.JSONField()),
                ("is_whole", models.BooleanField()),
            ],
            options={"ordering": ["-leads", "name"]},
        ),
        migrations.CreateModel(
            name="AttributeCounting",
            fields=[
                _id(),
                ("counted_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(pk=1), name="attribute_counting_is_one")
                ]
            },
        ),
        migrations.RunPython(begin_to_count, migrations.RunPython.noop),
    ]

"""What a lead carried before it was read as a field's value is kept, and goes with whoever is
erased; and managers say which names before the @ are a team's.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

PROTECT = django.db.models.deletion.PROTECT
_ERASED = """
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM leads_unreadvalue WHERE lead_id = NEW.id;
    DELETE FROM leads_alias WHERE lead_id = NEW.id;{more}
    RETURN NULL;
END $$;
"""
ERASED = _ERASED.replace("{more}", "\n    DELETE FROM leads_rawvalue WHERE lead_id = NEW.id;")
AS_BEFORE = _ERASED.replace("{more}", "")


def _id() -> tuple[str, models.Field]:
    field = models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )
    return "id", field


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("leads", "0052_fields_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="RawValue",
            fields=[
                _id(),
                ("name", models.CharField(max_length=60)),
                ("value", models.JSONField()),
                ("read_as", models.JSONField(null=True)),
                (
                    "lead",
                    models.ForeignKey(
                        "leads.lead", db_index=False, on_delete=PROTECT, related_name="raw_values"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["lead", "name"], name="raw_value_of_lead")
                ]
            },
        ),
        migrations.RunSQL(ERASED, AS_BEFORE),
        migrations.CreateModel(
            name="RoleWord",
            fields=[
                _id(),
                ("word", models.CharField(max_length=64, unique=True)),
                ("is_role", models.BooleanField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        db_index=False,
                        on_delete=PROTECT,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "ordering": ["word"],
                "constraints": [
                    models.CheckConstraint(condition=~Q(word=""), name="role_word_is_a_word")
                ],
            },
        ),
    ]

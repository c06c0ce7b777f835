import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0015_consent_purposes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("inquiry", "Inquiry"),
                            ("lead", "Lead"),
                            ("mql", "MQL"),
                            ("sql", "SQL"),
                            ("claimed", "Claimed"),
                            ("accepted", "Accepted"),
                            ("opportunity", "Opportunity"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("rejected", "Rejected"),
                            ("nurture", "Nurture"),
                            ("disqualified", "Disqualified"),
                            ("merged", "Merged"),
                            ("erased", "Erased"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("inquiry", "Inquiry"),
                            ("lead", "Lead"),
                            ("mql", "MQL"),
                            ("sql", "SQL"),
                            ("claimed", "Claimed"),
                            ("accepted", "Accepted"),
                            ("opportunity", "Opportunity"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("rejected", "Rejected"),
                            ("nurture", "Nurture"),
                            ("disqualified", "Disqualified"),
                            ("merged", "Merged"),
                            ("erased", "Erased"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "indexes": [models.Index(fields=["lead", "ends_at"], name="override_of_lead")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ("inquiry", "lead", "mql", "sql")),
                            ("origin__in", ("inquiry", "lead", "mql", "sql")),
                        ),
                        name="override_is_left_of_the_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="override_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gte", models.F("created_at"))),
                        name="override_ends_after_it_began",
                    ),
                ],
            },
        ),
    ]

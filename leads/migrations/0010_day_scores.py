"""A lead's result day by day, for the line beside its score."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funnel", "0005_who_proposed_and_switched_on"),
        ("leads", "0009_lead_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayScore",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "lead_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("fit", models.SmallIntegerField()),
                ("intent", models.SmallIntegerField()),
                ("total", models.SmallIntegerField()),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="day_scores",
                        to="leads.lead",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funnel.criteriaversion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["day"], name="day_score_by_day"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("fit"), "+", models.F("intent")
                                ),
                            )
                        ),
                        name="day_score_adds_up",
                    )
                ],
            },
        ),
    ]

"""What a version would do, counted in the background before it is switched on."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("funnel", "0005_who_proposed_and_switched_on"),
        ("leads", "0011_claim"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImpactCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content_hash", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("next_lead", models.BigIntegerField()),
                ("last_lead", models.BigIntegerField()),
                ("total", models.PositiveIntegerField()),
                ("judged", models.PositiveIntegerField(default=0)),
                ("moves", models.JSONField(default=dict)),
                ("staying", models.PositiveIntegerField(default=0)),
                ("unreadable", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "live",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funnel.criteriaversion",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="funnel.criteriaversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=Q(("error", ""), ("finished_at", None)),
                        fields=["started_at"],
                        name="impact_count_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("error", ""), ("finished_at", None)),
                        fields=("version", "content_hash", "live"),
                        name="impact_count_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(("finished_at", None), ("error", ""), _connector="OR"),
                        name="impact_count_finished_or_failed",
                    ),
                ],
            },
        ),
    ]

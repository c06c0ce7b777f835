"""What a version does to the leads others judged before, batch by batch."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0012_impact_counts")]

    operations = [
        migrations.CreateModel(
            name="Rescored",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("judged", models.PositiveIntegerField()),
                ("moves", models.JSONField(default=dict)),
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
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["version", "at"], name="rescored_by_version")],
            },
        ),
    ]

"""Leads of a batch that failed are rows, until it is known which of them made it fail."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("leads", "0044_names_and_addresses")]

    operations = [
        migrations.CreateModel(
            name="Suspect",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("size", models.PositiveIntegerField()),
                ("at", models.DateTimeField(db_default=Now())),
            ],
        ),
    ]

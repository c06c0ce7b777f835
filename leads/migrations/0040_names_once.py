"""A source or a campaign has its name alone, however it is written."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0039_one_name_one_source")]

    operations = [
        migrations.AddConstraint(
            "source", models.UniqueConstraint(fields=["folded"], name="source_name_once")
        ),
        migrations.AddConstraint(
            "campaign", models.UniqueConstraint(fields=["folded"], name="campaign_name_once")
        ),
        ValidateConstraint("lead", "lead_last_came_at_a_time"),
    ]

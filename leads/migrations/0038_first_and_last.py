"""A lead keeps where it came from last beside where it came from first; a handoff keeps its own.

And a source or a campaign may be another name of one. What is constrained on large tables is
checked later (0040).
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, NullIf

BETWEEN = " -_\u2010\u2011\u2012\u2013\u2014"


def folded(length: int) -> models.GeneratedField:
    """The tables of names are small, so that writing them anew takes no time."""
    bare = Func(
        F("key"),
        Value(BETWEEN),
        Value(""),
        function="translate",
        output_field=models.CharField(),
    )
    return models.GeneratedField(
        db_persist=True,
        expression=Coalesce(NullIf(bare, Value("")), F("key")),
        output_field=models.CharField(max_length=length),
    )


def points_to(model: str, *, index: bool = False) -> models.ForeignKey:
    name = {"related_name": "other_names"} if index else {"related_name": "+", "db_index": False}
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, to=model, **name
    )


class Migration(migrations.Migration):
    dependencies = [("leads", "0037_imports")]

    operations = [
        migrations.AddField("source", "folded", folded(100)),
        migrations.AddField("source", "same_as", points_to("leads.source", index=True)),
        migrations.AddField("source", "due_at", models.DateTimeField(null=True)),
        migrations.AddField("campaign", "folded", folded(150)),
        migrations.AddField("campaign", "same_as", points_to("leads.campaign", index=True)),
        migrations.AddField("campaign", "due_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "source",
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")), name="source_is_not_its_own_name"
            ),
        ),
        migrations.AddConstraint(
            "campaign",
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")),
                name="campaign_is_not_its_own_name",
            ),
        ),
        migrations.AddField("lead", "tags", models.JSONField(blank=True, null=True)),
        migrations.AddField("lead", "last_source", points_to("leads.source")),
        migrations.AddField("lead", "last_campaign", points_to("leads.campaign")),
        migrations.AddField("lead", "last_tags", models.JSONField(blank=True, null=True)),
        migrations.AddField("lead", "last_came_at", models.DateTimeField(null=True)),
        AddConstraintNotValid(
            "lead",
            models.CheckConstraint(
                condition=Q(last_came_at__isnull=False)
                | Q(last_source=None, last_campaign=None, last_tags=None),
                name="lead_last_came_at_a_time",
            ),
        ),
        migrations.AddField("handoff", "source", points_to("leads.source")),
        migrations.AddField("handoff", "campaign", points_to("leads.campaign")),
    ]

"""Leads that were posted as ids are fetched: what each asks for, and by which token.

The constraints are looked at in 0065, the index is made there, as they are while people work.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

DUE = ["fetching", "received"]
STATES = [
    ("fetching", "To be fetched"),
    ("received", "Waiting"),
    ("taken", "Taken in"),
    ("quarantined", "In quarantine"),
    ("failed", "Not taken"),
    ("ignored", "Passed over"),
    ("named", "Names leads"),
]


class Migration(migrations.Migration):
    dependencies = [("leads", "0063_erased_together")]

    operations = [
        migrations.AddField(
            "inlet", "access_token", models.TextField(blank=True, default="", db_default="")
        ),
        migrations.AddField(
            "delivery",
            "asks_for",
            models.CharField(blank=True, default="", db_default="", max_length=200),
        ),
        migrations.AddField(
            "delivery",
            "named_by",
            models.ForeignKey(
                "leads.delivery",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                db_index=False,
            ),
        ),
        migrations.AlterField(
            "delivery",
            "state",
            models.CharField(choices=STATES, default="received", max_length=11),
        ),
        migrations.RemoveConstraint("delivery", "delivery_received_is_due"),
        migrations.RemoveConstraint("delivery", "delivery_not_taken_says_why"),
        AddConstraintNotValid(
            "delivery",
            models.CheckConstraint(
                condition=Q(state__in=DUE, due_at__isnull=False)
                | (~Q(state__in=DUE) & Q(due_at=None)),
                name="delivery_waits_is_due",
            ),
        ),
        AddConstraintNotValid(
            "delivery",
            models.CheckConstraint(
                condition=Q(state__in=[*DUE, "taken"]) | ~Q(reason=""),
                name="delivery_says_why_not",
            ),
        ),
        AddConstraintNotValid(
            "delivery",
            models.CheckConstraint(
                condition=~Q(state="fetching") | ~Q(asks_for=""),
                name="delivery_fetches_something",
            ),
        ),
    ]

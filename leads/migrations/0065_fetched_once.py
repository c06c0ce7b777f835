"""A lead is fetched once by an address, whoever names it.

Built while people work, and repeatable: what a try left half done is taken away first.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

DROP = "DROP INDEX CONCURRENTLY IF EXISTS delivery_fetched_once"
MAKE = (
    "CREATE UNIQUE INDEX CONCURRENTLY delivery_fetched_once ON leads_delivery "
    "(inlet_id, asks_for) WHERE asks_for <> ''"
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0064_fetched_leads")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([DROP, MAKE], [DROP])],
            state_operations=[
                migrations.AddConstraint(
                    "delivery",
                    models.UniqueConstraint(
                        fields=["inlet", "asks_for"],
                        condition=~Q(asks_for=""),
                        name="delivery_fetched_once",
                    ),
                ),
            ],
        ),
        ValidateConstraint("delivery", "delivery_waits_is_due"),
        ValidateConstraint("delivery", "delivery_says_why_not"),
        ValidateConstraint("delivery", "delivery_fetches_something"),
    ]

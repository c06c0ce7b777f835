from django.db import migrations, models

# What of the shipped list ends for good, and is not offered to come back.
CLOSED = ("duplicate", "bad_data", "not_a_buyer", "consent")


def lead_somewhere(apps, schema_editor):
    reasons = apps.get_model("funnel", "Reason").objects
    reasons.filter(family__in=CLOSED).update(destination="close", may_return=False)
    # The number of tries is asked for when it is chosen.
    if not reasons.filter(label__iexact="Could not be reached").exists():
        reasons.filter(label="Could not reach in 5 tries").update(label="Could not be reached")


class Migration(migrations.Migration):
    dependencies = [
        ("funnel", "0007_refusals"),
    ]

    operations = [
        migrations.AddField(
            model_name="reason",
            name="destination",
            field=models.CharField(
                choices=[("nurture", "Nurture"), ("close", "Close")],
                db_default="nurture",
                default="nurture",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="reason",
            name="may_return",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="reason",
            name="return_days",
            field=models.PositiveSmallIntegerField(db_default=180, default=180),
        ),
        migrations.AddField(
            model_name="reason",
            name="return_event",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddConstraint(
            model_name="reason",
            constraint=models.CheckConstraint(
                condition=models.Q(("return_days__gte", 1), ("return_days__lte", 1095)),
                name="reason_returns_within_three_years",
            ),
        ),
        migrations.RunPython(lead_somewhere, migrations.RunPython.noop),
    ]

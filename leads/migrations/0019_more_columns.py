"""More to know of a person and a company.

No row is rewritten, and the defaults stay in the database: an older process may write on.
"""

from django.db import migrations, models


def text(length: int) -> models.CharField:
    return models.CharField(blank=True, db_default="", default="", max_length=length)


class Migration(migrations.Migration):
    dependencies = [("leads", "0018_one_ledger")]

    operations = [
        migrations.AddField("lead", "department", text(120)),
        migrations.AddField("lead", "department_key", text(260)),
        migrations.AddField("lead", "website", text(300)),
        migrations.AddField("lead", "linkedin", text(300)),
        migrations.AddField(
            "company", "founded", models.PositiveSmallIntegerField(blank=True, null=True)
        ),
        migrations.AddField("company", "phone", text(40)),
    ]

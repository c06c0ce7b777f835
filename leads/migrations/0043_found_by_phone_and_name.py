"""Who has this number, and who of a company this name, is found by an index."""

import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0042_two_are_one")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True),
                fields=["phone", "name_key"],
                name="lead_by_phone",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["company", "name_key"], name="lead_of_company"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email_kind", "role")),
                name="lead_by_mailbox",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="lead_merged_into",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="company",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="leads.company",
            ),
        ),
    ]

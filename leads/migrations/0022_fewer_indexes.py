"""Indexes that nobody reads, and a check that the frozen versions make needless."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_setting_changes_append_only"),
        ("funnel", "0007_refusals"),
        ("leads", "0021_judgement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="lead",
            name="lead_attributes",
        ),
        migrations.AlterField(
            model_name="lead",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_from",
                to="leads.lead",
            ),
        ),
        migrations.AlterField(
            model_name="stagechange",
            name="handoff",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stage_changes",
                to="leads.handoff",
            ),
        ),
        migrations.AlterField(
            model_name="stagechange",
            name="integration",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.integration",
            ),
        ),
        migrations.AlterField(
            model_name="stagechange",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="stagechange",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="funnel.criteriaversion",
            ),
        ),
    ]

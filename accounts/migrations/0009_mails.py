"""Mails are rows, sent by a worker."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

KINDS = [("written", "Mail"), ("password", "Link to a new password"), ("test", "Test")]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_scopes")]

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=KINDS, default="written", max_length=8)),
                (
                    "to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320), size=None
                    ),
                ),
                ("subject", models.CharField(blank=True, default="", max_length=250)),
                ("content", models.JSONField(null=True)),
                ("made_at", models.DateTimeField(db_default=Now())),
                ("due_at", models.DateTimeField(db_default=Now(), null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(due_at__isnull=False), fields=["due_at"], name="mail_due"
                    ),
                    models.Index(fields=["made_at"], name="mail_age"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=~Q(to=[]), name="mail_has_a_recipient"),
                    models.CheckConstraint(
                        condition=Q(due_at=None) | Q(sent_at=None), name="mail_sent_is_not_due"
                    ),
                    models.CheckConstraint(
                        condition=Q(due_at__isnull=False) | Q(content=None),
                        name="mail_done_is_forgotten",
                    ),
                ],
            },
        ),
    ]

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """The kept answers, taken over from the record with their table: only the state learns it."""

    dependencies = [
        ("leadportal", "0001_cache_table"),
        ("accounts", "0001_foundation"),
        ("leads", "0019_more_columns"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="IdempotentAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("key", models.CharField(max_length=255)),
                        ("route", models.CharField(max_length=120)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField()),
                        ("body", models.TextField()),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "api_key",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.apikey",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "leads_idempotentanswer",
                        "indexes": [
                            models.Index(fields=["created_at"], name="idempotent_answer_age")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("api_key", "key", "route"), name="idempotent_answer_once"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]

"""What a value that was not understood means, said once for all leads."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0034_unread_values"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Meaning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=80)),
                ("value_key", models.CharField(max_length=200)),
                ("value", models.TextField()),
                ("editions", models.JSONField(default=list)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.integration",
                    ),
                ),
            ],
            options={
                "ordering": ["integration", "field", "value_key"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="meaning_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("integration", "field", "value_key"), name="meaning_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value_key", ""), _negated=True),
                        name="meaning_is_of_a_value",
                    ),
                ],
            },
        ),
    ]

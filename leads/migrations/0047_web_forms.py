import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0046_inbound"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WebForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=25, unique=True)),
                ("title", models.CharField(max_length=120)),
                ("intro", models.CharField(blank=True, max_length=1000)),
                ("button", models.CharField(default="Send", max_length=40)),
                ("fields", models.JSONField(default=list)),
                ("thanks", models.CharField(blank=True, max_length=1000)),
                ("redirect_url", models.CharField(blank=True, max_length=300)),
                ("framed_by", models.JSONField(default=list)),
                ("is_pasted", models.BooleanField(default=False)),
                ("language", models.CharField(default="en", max_length=8)),
                (
                    "inlet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="form",
                        to="leads.inlet",
                    ),
                ),
            ],
            options={
                "ordering": ["inlet__name", "id"],
            },
        ),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("text", models.CharField(max_length=2000)),
                ("is_required", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_texts",
                        to="leads.webform",
                    ),
                ),
            ],
            options={
                "ordering": ["form", "purpose", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form", "purpose", "version"), name="consent_text_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)),
                        fields=("form", "purpose"),
                        name="consent_text_asked_once",
                    ),
                ],
            },
        ),
    ]

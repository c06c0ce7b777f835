import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_scopes"),
        ("leads", "0045_suspects"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Inlet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "system",
                    models.CharField(
                        choices=[
                            ("form", "A form made here"),
                            ("html", "A form of a website"),
                            ("json", "Zapier, Make, n8n or other JSON"),
                            ("google", "Google Ads lead forms"),
                            ("meta", "Meta lead ads"),
                            ("linkedin", "LinkedIn lead gen forms"),
                            ("typeform", "Typeform"),
                            ("webflow", "Webflow"),
                            ("hubspot", "HubSpot"),
                            ("segment", "Segment"),
                            ("calendly", "Calendly"),
                            ("calcom", "Cal.com"),
                            ("mail", "Mails about leads"),
                        ],
                        max_length=8,
                    ),
                ),
                ("token", models.CharField(max_length=40, unique=True)),
                ("secret", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=80)),
                ("campaign", models.CharField(blank=True, max_length=120)),
                ("event_type", models.CharField(blank=True, max_length=60)),
                ("mapping", models.JSONField(default=dict)),
                ("is_on", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.integration",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("body", models.BinaryField()),
                ("content_type", models.CharField(blank=True, max_length=200)),
                ("headers", models.JSONField(default=dict)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("is_test", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Waiting"),
                            ("taken", "Taken in"),
                            ("quarantined", "In quarantine"),
                            ("failed", "Not taken"),
                            ("ignored", "Passed over"),
                        ],
                        default="received",
                        max_length=11,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("key", models.CharField(blank=True, max_length=200)),
                ("waits_for", models.CharField(blank=True, max_length=200)),
                ("results", models.JSONField(null=True)),
                ("forget_at", models.DateTimeField(null=True)),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
                (
                    "let_in_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inlet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="leads.inlet",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("forget_at__isnull", False)),
                        fields=["forget_at"],
                        name="delivery_forget",
                    ),
                    models.Index(fields=["inlet", "-received_at", "-id"], name="delivery_of_inlet"),
                    models.Index(
                        condition=models.Q(("waits_for", ""), _negated=True),
                        fields=["inlet", "waits_for"],
                        name="delivery_waits",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "taken"), models.Q(("key", ""), _negated=True)
                        ),
                        fields=("inlet", "key"),
                        name="delivery_taken_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at__isnull", False), ("state", "received")),
                            models.Q(
                                models.Q(("state", "received"), _negated=True), ("due_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="delivery_received_is_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["received", "taken"]),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delivery_not_taken_says_why",
                    ),
                ],
            },
        ),
    ]

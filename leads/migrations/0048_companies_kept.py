"""What a person says of a company stands, two companies may become one, and domains are listed.

The indexes come apart (0049), as they are built while people work.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

PROTECT = django.db.models.deletion.PROTECT


def _id() -> tuple[str, models.Field]:
    field = models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )
    return "id", field


def _person(**more: bool) -> models.ForeignKey:
    return models.ForeignKey(
        to=settings.AUTH_USER_MODEL, on_delete=PROTECT, related_name="+", db_index=False, **more
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("leads", "0047_web_forms"),
    ]

    operations = [
        migrations.AddField(
            "company",
            "merged_into",
            models.ForeignKey(
                "leads.company",
                null=True,
                on_delete=PROTECT,
                related_name="merged_from",
                db_index=False,
            ),
        ),
        migrations.AddField("company", "typed", models.JSONField(null=True, blank=True)),
        migrations.AddField("company", "said", models.JSONField(null=True, blank=True)),
        migrations.AddField("company", "due_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "lead",
            "not_of",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), null=True, blank=True, size=None
            ),
        ),
        AddConstraintNotValid(
            "company",
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="company_is_not_merged_into_itself",
            ),
        ),
        migrations.CreateModel(
            name="CompanyMerge",
            fields=[
                _id(),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("leads", models.JSONField(default=list)),
                ("names", models.JSONField(default=list)),
                ("taken", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                ("by", _person()),
                (
                    "company",
                    models.ForeignKey(
                        to="leads.company",
                        on_delete=PROTECT,
                        related_name="merges",
                        db_index=False,
                    ),
                ),
                (
                    "heir",
                    models.ForeignKey(
                        to="leads.company", on_delete=PROTECT, related_name="inheritances"
                    ),
                ),
                ("undone_by", _person(null=True)),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["company"],
                        condition=Q(undone_at=None),
                        name="merge_of_company_once",
                    ),
                    models.CheckConstraint(
                        condition=~Q(company=F("heir")), name="company_merge_is_of_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                _id(),
                ("domain", models.CharField(max_length=253, unique=True)),
                (
                    "kind",
                    models.CharField(
                        max_length=10,
                        choices=[
                            ("company", "One company’s own"),
                            ("free", "Mailboxes for anybody"),
                            ("disposable", "Throw-away addresses"),
                            ("shared", "Pages of many: social, shop, host"),
                        ],
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", _person()),
            ],
            options={
                "ordering": ["domain"],
                "constraints": [
                    models.CheckConstraint(condition=~Q(domain=""), name="domain_is_a_domain")
                ],
            },
        ),
    ]

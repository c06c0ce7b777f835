"""A bare name is one standing company's; what was merged into one keeps its own.

Built while people work, and repeatable: what a try left half done is taken away first.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

OF_ONE = models.UniqueConstraint(
    fields=["match_key"],
    condition=Q(domain="", merged_into=None),
    name="company_bare_name_of_one",
)
ONCE = models.UniqueConstraint(
    fields=["match_key"], condition=Q(domain=""), name="company_bare_name_once"
)
DROP = "DROP INDEX CONCURRENTLY IF EXISTS {}"
MAKE_OF_ONE = (
    "CREATE UNIQUE INDEX CONCURRENTLY company_bare_name_of_one ON leads_company (match_key) "
    "WHERE domain = '' AND merged_into_id IS NULL"
)
MAKE_ONCE = (
    "CREATE UNIQUE INDEX CONCURRENTLY company_bare_name_once ON leads_company (match_key) "
    "WHERE domain = ''"
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0048_companies_kept")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [DROP.format("company_bare_name_of_one"), MAKE_OF_ONE],
                    [DROP.format("company_bare_name_of_one")],
                ),
                migrations.RunSQL(
                    [DROP.format("company_bare_name_once")],
                    [DROP.format("company_bare_name_once"), MAKE_ONCE],
                ),
            ],
            state_operations=[
                migrations.AddConstraint("company", OF_ONE),
                migrations.RemoveConstraint("company", "company_bare_name_once"),
            ],
        ),
        migrations.RunSQL(DROP.format("company_merged_into"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "company",
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="company_merged_into",
            ),
        ),
        migrations.RunSQL(DROP.format("company_due"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "company",
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="company_due"),
        ),
        ValidateConstraint("company", "company_is_not_merged_into_itself"),
    ]

"""Keys may say when leads began, and read the metrics.

Backward, keys lose these scopes; those that had no other are deleted, as they may do nothing.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

BACKWARD = """
UPDATE accounts_apikey
   SET scopes = array_remove(array_remove(scopes, 'leads:import'), 'metrics:read')
 WHERE scopes && ARRAY['leads:import', 'metrics:read']::varchar[]
   AND NOT scopes <@ ARRAY['leads:import', 'metrics:read']::varchar[];
UPDATE accounts_apikey
   SET scopes = ARRAY['leads:read'], revoked_at = coalesce(revoked_at, now())
 WHERE scopes <@ ARRAY['leads:import', 'metrics:read']::varchar[];
"""
SCOPES = [
    ("leads:read", "Read leads, their scores and history"),
    ("leads:write", "Send leads in"),
    ("leads:import", "Say when leads began, also in the past"),
    ("events:write", "Send events in"),
    ("handoffs:read", "Read handoffs"),
    ("handoffs:write", "Claim and work handoffs for a named rep"),
    ("criteria:read", "Read the criteria"),
    ("metrics:read", "Read the numbers of Quality and Overview"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_strict_keys")]

    operations = [
        migrations.RemoveConstraint(model_name="apikey", name="api_key_has_known_scopes"),
        migrations.RunSQL(migrations.RunSQL.noop, BACKWARD),
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=SCOPES, max_length=20), size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(scopes__contained_by=[name for name, _ in SCOPES])
                & ~models.Q(scopes=[]),
                name="api_key_has_known_scopes",
            ),
        ),
    ]

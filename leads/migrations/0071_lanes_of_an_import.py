"""A file comes in in two lanes; one that is at work stands in both where it stood in its one."""

import django.contrib.postgres.fields
from django.db import migrations, models

import leads.models.imports


class Migration(migrations.Migration):
    dependencies = [("leads", "0070_filters_by_last_touch")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="at_lines",
            field=models.JSONField(default=leads.models.imports.from_the_first),
        ),
        migrations.RunSQL(
            "UPDATE leads_import SET at_lines = jsonb_build_array(at_line, at_line)",
            # Back in one, from where the last of them is: a line twice is better than never.
            "UPDATE leads_import SET at_line = least((at_lines->>0)::int, (at_lines->>1)::int)",
        ),
        migrations.RemoveField(model_name="import", name="at_line"),
        migrations.AddField(
            model_name="importline",
            name="lane",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="importline",
            name="names",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), null=True, size=None
            ),
        ),
    ]

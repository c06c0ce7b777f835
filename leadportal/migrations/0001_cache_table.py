from django.db import migrations


class Migration(migrations.Migration):
    """The table behind the default cache, laid out as Django's DatabaseCache expects it."""

    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS cache_entry (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS cache_entry_expires ON cache_entry (expires);
            """,
            "DROP TABLE cache_entry",
        ),
    ]

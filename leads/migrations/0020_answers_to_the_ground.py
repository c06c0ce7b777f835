from django.db import migrations


class Migration(migrations.Migration):
    """The kept answers are the ground's: only the state knows, the table stays as it is."""

    dependencies = [("leads", "0019_more_columns"), ("leadportal", "0002_kept_answers")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("IdempotentAnswer")]
        ),
    ]

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_setting_changes_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="portal",
            name="answer_minutes",
            field=models.PositiveIntegerField(
                db_default=2880,
                default=2880,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="Promise: minutes to answer a rejection",
            ),
        ),
        migrations.AddField(
            model_name="portal",
            name="decision_minutes",
            field=models.PositiveIntegerField(
                db_default=2880,
                default=2880,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="Promise: minutes to decide a dispute",
            ),
        ),
    ]

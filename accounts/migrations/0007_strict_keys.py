from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_sign_in")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="strict",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]

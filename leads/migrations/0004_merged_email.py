"""An address of a lead that was merged away still finds its heir, whatever the number of leads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_purchase_timeline")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["email_key"],
                condition=models.Q(merged_into__isnull=False),
                name="lead_merged_email",
            ),
        ),
    ]

"""Lists of leads can be narrowed by what brought them again."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0069_fingerprints_of_the_erased"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("last_source__isnull", False)),
                fields=["last_source"],
                name="lead_last_source",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("last_campaign__isnull", False)),
                fields=["last_campaign"],
                name="lead_last_campaign",
            ),
        ),
    ]

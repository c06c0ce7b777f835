"""Who saved the content of a version last, and when."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funnel", "0005_who_proposed_and_switched_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="criteriaversion",
            name="saved_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="criteriaversion",
            name="saved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        # Until now nobody but the author could be named.
        migrations.RunSQL(
            "UPDATE funnel_criteriaversion SET saved_at = created_at, saved_by_id = author_id",
            migrations.RunSQL.noop,
        ),
    ]

"""Room for the words of texts whose twin has signs between them. No row is rewritten."""

from django.db import migrations, models

MODELS = ("lead", "company", "source", "campaign")


class Migration(migrations.Migration):
    dependencies = [("leads", "0022_fewer_indexes")]

    operations = [
        *(
            migrations.AddField(model, "word_keys", models.JSONField(blank=True, null=True))
            for model in MODELS
        ),
        migrations.AddField("event", "word_keys", models.JSONField(null=True)),
    ]

"""Wrong passwords are counted in a table of their own, and nobody's address is written twice."""

import django.utils.timezone
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forget_addresses(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    """Whoever asked for a new password had an address left here that nobody can verify.

    It forbade them a second factor, and would let them in after their address was changed.
    """
    apps.get_model("account", "EmailAddress").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_people"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignInTries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("tries", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="sign_in_tries_age")],
            },
        ),
        migrations.RunPython(forget_addresses, migrations.RunPython.noop),
    ]

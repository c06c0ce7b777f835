"""Version 1: the criteria a new installation starts with, signed by nobody yet."""

from django.db import migrations
from django.utils import timezone

from funnel.defaults import CONTENT
from funnel.rulebook.saving import prepared
from funnel.versions.editing import content_hash


def ship(apps, schema_editor):
    versions = apps.get_model("funnel", "CriteriaVersion").objects
    signatures = apps.get_model("funnel", "Signature").objects
    if versions.exists():
        return
    now = timezone.now()
    content = prepared(CONTENT)
    version = versions.create(
        number=1,
        state="draft",
        content=content,
        content_hash=content_hash(content),
        note="Shipped default",
        created_at=now,
    )
    for side in ("marketing", "sales"):
        signatures.create(
            version=version, side=side, content_hash=version.content_hash, signed_at=now
        )
    version.state = "live"
    version.live_at = now
    version.save()


class Migration(migrations.Migration):
    dependencies = [("funnel", "0002_frozen_versions")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]

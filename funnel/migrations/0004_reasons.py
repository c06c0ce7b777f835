"""The reasons a rep may give when sending a lead back; a company edits the list."""

from django.db import migrations

REASONS = [
    ("Too small", "profile"),
    ("Outside our market", "profile"),
    ("Not their decision", "authority"),
    ("No need", "need"),
    ("Later than six months", "early"),
    ("No budget this year", "budget"),
    ("Already a customer", "duplicate"),
    ("Wrong contact details", "bad_data"),
    ("Could not reach in 5 tries", "unreachable"),
    ("Student or job seeker", "not_a_buyer"),
    ("Competitor", "not_a_buyer"),
    ("Does not want to be contacted", "consent"),
    ("Something else", "other"),
]


def ship(apps, schema_editor):
    reasons = apps.get_model("funnel", "Reason").objects
    if reasons.exists():
        return
    for position, (label, family) in enumerate(REASONS, start=1):
        reasons.create(label=label, family=family, position=10 * position)


class Migration(migrations.Migration):
    dependencies = [("funnel", "0003_shipped_default")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]

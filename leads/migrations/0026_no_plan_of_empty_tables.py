"""Functions keep their plans; one made while the tables were empty would read them whole."""

from django.db import migrations

FUNCTIONS = (
    "leads_ledger_continues()",
    "leads_lead_begins()",
    "leads_lead_moves()",
    "leads_move(leads_stagechange, bigint)",
    "leads_claim(bigint, bigint, timestamptz, timestamptz, integer, text[], text, text)",
)


class Migration(migrations.Migration):
    dependencies = [("leads", "0025_event_of_lead")]

    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {function} SET enable_seqscan = off",
            f"ALTER FUNCTION {function} RESET enable_seqscan",
        )
        for function in FUNCTIONS
    ]

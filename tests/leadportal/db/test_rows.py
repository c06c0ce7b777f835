"""Rows read by a statement of our own become the instances Django would have made."""

import pytest
from django.db import connection, models

from leadportal.db import rows
from leads.models import Event, Handoff, Lead, LeadChange, Source
from tests import factories


@pytest.mark.django_db
def test_a_row_becomes_the_instance_that_django_reads():
    handoff = factories.handoff()
    Handoff.objects.update(reasons=[{"points": 25, "text": "Asked for a demo"}])
    columns = ", ".join(field.column for field in Handoff._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM leads_handoff")
        (row,) = cursor.fetchall()

    made, read = rows.as_instance(Handoff, row), Handoff.objects.get(pk=handoff.pk)

    assert made == read
    assert values(made) == values(read)
    assert made.get_deferred_fields() == set()
    made.note = "Saved as a known row."
    made.save(update_fields=["note"])
    assert Handoff.objects.get().note == "Saved as a known row."


def values(instance: models.Model) -> dict[str, object]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.fields}


@pytest.mark.django_db(transaction=True)
def test_whatever_a_thread_asks_first_finds_it_connected():
    lead = factories.lead()
    asked = [
        lambda: rows.one(Handoff, "id", 1),
        lambda: rows.insert(
            LeadChange, [{"lead_id": lead.pk, "fields": {}, "at": lead.created_at}]
        ),
        lambda: rows.insert_together({Event: []}, {}),
        lambda: rows.by_key(Source, ("id",), ["fair"]),
        lambda: rows.update(Lead, ["first_name"], [{"id": lead.pk, "first_name": "Ann"}]),
    ]
    for statement in (rows._select_statement, rows._insert_statement, rows._inserts_statement):
        statement.cache_clear()
    for ask in asked:
        connection.close()
        ask()
    lead.refresh_from_db()
    assert lead.first_name == "Ann" and LeadChange.objects.exists()

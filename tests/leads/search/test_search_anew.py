"""The migration that writes anew what finds the leads that are there."""

from importlib import import_module

import pytest

from leads.models import Lead
from leads.search import finding
from tests import factories

pytestmark = pytest.mark.django_db
migration = import_module("leads.migrations.0031_search_anew")


def test_older_leads_are_found_as_new_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "BATCH", 2)
    names = ["Søren Kjær", "Jürgen Groß", "Maya Lindqvist"]
    for name in names:
        factories.lead(name)
    factories.lead("Piet Vos", company=None, phone="040 999")
    written = list(Lead.objects.order_by("pk").values_list("search_key", flat=True))
    Lead.objects.update(search_key="as it was")

    migration.fill()
    migration.fill()

    assert list(Lead.objects.order_by("pk").values_list("search_key", flat=True)) == written
    assert [lead.name for lead in finding.find(factories.marketer(), "soeren", most=5)] == names[:1]


def test_who_was_erased_is_left_as_they_are() -> None:
    gone = factories.lead()
    with factories.unguarded():
        Lead.objects.filter(pk=gone.pk).update(stage="erased", search_key="")

    migration.fill()

    gone.refresh_from_db()
    assert gone.search_key == ""

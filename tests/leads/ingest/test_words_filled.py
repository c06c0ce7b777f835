"""The migration that gives older rows their words."""

from importlib import import_module

import pytest
from django.utils import timezone

from leads import fields
from leads.ingest.events import ingest_events
from leads.models import Campaign, Company, Event, Lead, News, Source
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
migration = import_module("leads.migrations.0024_words_filled")
MODELS = (Lead, Company, Source, Campaign, Event)


@pytest.fixture
def written(send, one):
    """Rows with words, as ingest writes them, and what they are."""
    fields.define("day", "Day", "date")
    send(
        {
            "email": "a@x.example",
            "first_name": "Ann-Marie",
            "job_title": "V.P.",
            "department": "R&D",
            "city": "Bad-Ems",
            "company": {"name": "Nord-Licht", "industry": "Food/Drink"},
            "source": "E-mail",
            "campaign": "Q4/26",
            "attributes": {"tool": "Node.js", "day": "2026-01-01", "seats": 3},
        },
        {"email": "b@y.example", "job_title": "VP"},
    )
    ingest_events(
        [
            {"type": "chat", "lead": {"email": "b@y.example"}, "properties": properties}
            for properties in ({"path": "/a/b", "n": 1}, {"path": "/a"}, {})
        ],
        integration=factories.integration(),
    )
    return words()


def words():
    return [
        list(model.objects.order_by("pk").values_list("word_keys", flat=True)) for model in MODELS
    ]


def test_older_rows_get_the_words_that_ingest_writes(written, monkeypatch):
    monkeypatch.setattr(migration, "BATCH", 1)
    with factories.unguarded():
        for model in MODELS:
            model.objects.update(word_keys=None)

        migration.fill()

    assert words() == written
    assert all(any(of_model) for of_model in written)


@pytest.mark.parametrize(("op", "due"), [("contains_any_word", True), ("contains", False)])
def test_leads_are_judged_anew_where_the_criteria_ask_for_words(op, due):
    content = simple.content()
    wanted = ["vp"] if op == "contains_any_word" else "vp"
    content["rules"][0]["when"] = {
        "any": [{"not": {"fact": "job_title", "op": op, "value": wanted}}]
    }
    factories.switched_on(content, at=timezone.now())
    factories.lead(fit=10)
    factories.nothing_due()

    migration.fill()

    assert News.objects.filter(lead=None, company=None).exists() is due

"""What the upgrade makes of names that were several and are one, and of handoffs of before."""

from datetime import date
from importlib import import_module

import pytest

from leads.models import Campaign, Handoff, Lead, Source
from leads.text import name_key
from tests import factories

pytestmark = pytest.mark.django_db
MIGRATION = import_module("leads.migrations.0039_one_name_one_source")


@pytest.fixture
def before():
    """As it was: names that differ by a dash are two, and nothing stands but by the code."""
    with factories.as_owner() as cursor:
        for statement in (
            "SET CONSTRAINTS ALL IMMEDIATE",
            "ALTER TABLE leads_source DROP CONSTRAINT source_name_once",
            "ALTER TABLE leads_campaign DROP CONSTRAINT campaign_name_once",
            "ALTER TABLE leads_lead DISABLE TRIGGER leads_origin_stands",
        ):
            cursor.execute(statement)


def named(model, name: str, **fields):
    return model.objects.create(name=name, key=name_key(name, 100), **fields)


def test_names_become_one_and_all_that_points_to_them_is_moved(before, monkeypatch):
    monkeypatch.setattr(MIGRATION, "BATCH", 2)
    ads, other, third = (named(Source, name) for name in ("Google Ads", "google-ads", "googleads"))
    Source.objects.filter(pk=other.pk).update(channel="paid")
    spring = named(Campaign, "Spring", spend=10)
    again = named(Campaign, "SPRING-", source=third, starts_on=date(2026, 3, 1), spend=20)
    leads = [factories.lead(source=source, campaign=again) for source in (ads, other, other, third)]
    leads += [factories.lead(source=other, campaign=None) for _ in range(3)]
    handoff = factories.handoff(factories.lead(source=other, stage="sql", fit=4, intent=4))
    Handoff.objects.update(source=None)

    MIGRATION.fill()
    MIGRATION.fill()

    assert [*Source.objects.filter(folded="googleads")] == [ads]
    assert Lead.objects.filter(source=ads).count() == 8
    ads.refresh_from_db()
    assert ads.channel == "paid"
    assert [*Campaign.objects.all()] == [spring]
    spring.refresh_from_db()
    assert (spring.source, spring.spend, spring.starts_on) == (ads, 10, date(2026, 3, 1))
    assert Lead.objects.filter(campaign=spring).count() == 4
    handoff.refresh_from_db()
    assert handoff.source == ads

"""What the lead page says of a score beside its lines: what counts no more, and never did."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.judging import due
from leads.models import Adjustment, Lead
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db


def page(client: Client, lead: Lead) -> str:
    client.force_login(factories.marketer())
    body = client.get(f"/leads/{lead.pk}").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.split("<main", 1)[1]))


def judged(content: dict, **fields: object) -> Lead:
    factories.switched_on(content)
    lead = factories.lead(**fields)
    factories.consent(lead)
    return lead


def test_the_score_of_a_disqualified_lead_is_shown_greyed_with_the_reason(client: Client) -> None:
    lead = judged(simple.content(), job_title="VP, sells for a rival")
    due.drain()
    client.force_login(factories.marketer())

    body = client.get(f"/leads/{lead.pk}").content.decode()

    assert Lead.objects.get().judgement.total == 10
    assert "Disqualified: Sells the same. The score counts for nothing." in body
    assert 'class="sum void"' in body


def test_a_score_that_counts_is_not_greyed(client: Client) -> None:
    lead = judged(simple.content())
    due.drain()
    client.force_login(factories.marketer())

    assert "void" not in client.get(f"/leads/{lead.pk}").content.decode()


def test_events_too_old_and_events_nobody_asks_for_are_listed(client: Client) -> None:
    lead = judged(simple.content())
    factories.event(lead, "chat", ago=timedelta(days=8))
    factories.event(lead, "odd_thing")
    due.drain()

    text = page(client, lead)

    assert "Too long ago to count: Asked in the chat, " in text
    assert "No rule asks for: Odd thing, " in text


def test_the_score_without_its_largest_rule_keeps_what_people_adjusted(client: Client) -> None:
    lead = judged(simple.content(mql=10, sql=25))
    factories.event(lead)
    Adjustment.objects.create(
        lead=lead, kind="intent", points=4, reason="Met them", author=factories.sales_manager(),
        created_at=timezone.now() - timedelta(hours=1), ends_at=timezone.now() + timedelta(days=3),
    )  # fmt: skip
    due.drain()

    # 10 for who they are, 20 for the demo, 4 by a person.
    assert Lead.objects.get().judgement.total == 34
    assert "Without “Asked for a demo” the score is 14 : 11 below the SQL line." in page(
        client, lead
    )


def test_a_score_is_of_the_caps_of_its_criteria(client: Client) -> None:
    lead = judged(simple.content() | {"caps": {"fit": 30, "intent": 60}})
    due.drain()

    assert "of 90" in page(client, lead)

"""The steps from the page of a field that are about its choices."""

import json

import pytest
from django.test import Client

from accounts.models import User
from leads.field_choices import offering
from leads.ingest.leads import ingest_leads
from leads.models import CustomField, Lead
from leads.own_fields import keeping
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return factories.marketing_manager()


@pytest.fixture
def browser(manager: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(manager)
    return client


@pytest.fixture
def tier(manager: User) -> CustomField:
    made = {"label": "Tier", "type": "choice", "choices": ["Gold", "Tin & co"]}
    sent = [{"phone": str(n), "attributes": {"tier": v}} for n, v in enumerate(["gold", "G", "x"])]
    ingest_leads(sent, integration=factories.integration())
    return keeping.add(manager, name="tier", **made)


def body(answer) -> str:
    return answer.content.decode()


def test_a_value_that_came_in_is_given_a_choice(browser, tier):
    page = body(browser.get(f"/settings/fields/{tier.pk}"))
    assert "choices/spelling?choice=G" in page and "choices/new?choice=x" in page

    here = f"/settings/fields/{tier.pk}/choices"
    browser.post(f"{here}/spelling?choice=G", {"into": "Gold"})
    answer = browser.post(f"{here}/new?choice=x", {"choice": "X", "also": "ex\nix"}, follow=True)

    assert "“X” is a choice" in body(answer)
    values = Lead.objects.order_by("pk").values_list("attributes__tier", flat=True)
    assert list(values) == ["Gold", "Gold", "X"]
    tier.refresh_from_db()
    assert tier.term("X") == {"also": ["ex", "ix"]}


def test_a_choice_is_edited_ordered_and_merged(browser, tier):
    here = f"/settings/fields/{tier.pk}/choices"
    edit = f"{here}/edit?choice=Tin+%26+co"
    assert "Tin &amp; co" in body(browser.get(edit))

    browser.post(edit, {"label": "Tin", "also": "T"})
    browser.post(f"{here}/move", {"choice": "Tin & co", "way": "up"})
    tier.refresh_from_db()
    assert tier.offered == ["Tin & co", "Gold"] and tier.label_of("Tin & co") == "Tin"

    wrong = browser.post(edit, {"label": "Tin", "also": "gold"})
    assert wrong.status_code == 422 and "means “Gold” already" in body(wrong)
    answer = browser.post(f"{here}/merge?choice=Gold", {"into": "Tin & co"}, follow=True)
    assert "“Gold” is “Tin” now" in body(answer) and "is <bdi>Tin</bdi> now" in body(answer)
    assert browser.get(f"{here}/edit?choice=Gold").status_code == 409


def test_two_who_edit_a_choice_see_both(browser, tier, manager):
    read = json.dumps(offering.terms(tier, "Gold"))
    offering.change_choice(tier, manager, "Gold", also=["G", "Or"])
    edit = f"/settings/fields/{tier.pk}/choices/edit?choice=Gold"

    answer = browser.post(edit, {"label": "Gold", "also": "Au", "read": read})
    kept = browser.post(edit, {"label": "Best", "also": "", "read": read}, follow=True)

    assert answer.status_code == 409
    assert "G, Or" in body(answer) and "Au" in body(answer)
    assert "“Best” is saved" in body(kept)
    tier.refresh_from_db()
    assert tier.term("Gold") == {"label": "Best", "also": ["G", "Or"]}


def test_a_choice_that_criteria_ask_for_is_refused_with_their_page(browser):
    one = CustomField.objects.get(name="purchase_timeline")
    asked = next(choice for choice in one.choices if offering.usage.asking(one, choice=choice))
    other = next(choice for choice in one.choices if choice != asked)

    url = f"/settings/fields/{one.pk}/choices/merge"
    answer = browser.post(f"{url}?choice={asked}", {"into": other})

    edit = body(browser.get(f"/settings/fields/{one.pk}/choices/edit?choice={asked}"))
    assert f"v{factories.live_version().number} asks for it, and it still counts" in edit
    assert answer.status_code == 422
    assert f'href="/criteria/{factories.live_version().number}"' in body(answer)

"""The page that says what goes and what stays, before somebody is erased."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from funnel.stages import Stage
from leads.duplicates import merging
from leads.models import Lead, StageChange
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    ada = factories.admin()
    client.force_login(ada)
    return ada


@pytest.fixture
def maya() -> Lead:
    """Somebody who did two things, and of whom another lead became a part."""
    maya = factories.lead("Maya Lindqvist", email="maya@brightwater.example", stage=Stage.MQL)
    part = factories.lead("Maya L")
    factories.event(maya)
    factories.event(part)
    factories.consent(maya)
    merging.merge(part, maya, factories.marketer())
    return maya


def page_of(lead: Lead) -> str:
    return f"/leads/{lead.pk}/erase"


def typed(lead: Lead, **changed: str) -> dict[str, str]:
    return {"why": "Asked to be erased", "typed": lead.email or lead.name} | changed


def test_the_page_of_a_lead_leads_an_admin_there_and_nobody_else(client, ada, maya):
    walked = client.get(f"/leads/{maya.pk}?from=leads&sort=score").content.decode()
    client.force_login(factories.marketing_manager())
    others = client.get(f"/leads/{maya.pk}").content.decode()

    assert f'href="{page_of(maya)}?from=leads&amp;sort=score">Erase this person…</a>' in walked
    assert "Erase" not in others


def test_it_says_what_goes_and_what_stays_with_those_who_became_a_part(client, ada, maya):
    html = client.get(page_of(maya)).content.decode()

    for line in (
        "It cannot be undone.",
        "What 2 events told: pages, forms, answers.",
        # Three up, and two of the other: begun, merged.
        "5 stage moves and 2 events: what, when, and which colleague.",
        "1 consent, given or withdrawn, in which words: the proof.",
        "their email address and their ids in other systems",
        "Type maya@brightwater.example",
    ):
        assert line in html, line


def test_whose_work_ends_is_said(client, ada):
    held = factories.claimed(factories.rep())

    html = client.get(page_of(held.lead)).content.decode()

    assert "Whoever works with it in sales loses it at once." in html


def test_it_takes_few_queries(client, ada, maya, django_assert_max_num_queries):
    client.get(page_of(maya))

    with django_assert_max_num_queries(12):
        client.get(page_of(maya))


def test_who_is_typed_is_erased_and_the_list_says_so_without_a_name(client, ada, maya):
    answer = client.post(page_of(maya), typed(maya, typed="  MAYA@Brightwater.example "))

    assert (answer.status_code, answer["Location"]) == (302, "/leads")
    (said,) = get_messages(answer.wsgi_request)
    assert str(said) == f"The person of lead {maya.pk} is erased."
    maya.refresh_from_db()
    assert (maya.stage, maya.email) == (Stage.ERASED, "")
    assert StageChange.objects.get(target=Stage.ERASED).person == ada
    assert client.get(f"/leads/{maya.pk}").status_code == 404
    assert client.get(page_of(maya)).status_code == 404


def test_who_has_no_address_is_typed_by_name(client, ada):
    lead = factories.lead("Zoë Müller", email="")

    client.post(page_of(lead), typed(lead, typed="zoë  müller"))

    assert Lead.objects.get(pk=lead.pk).stage == Stage.ERASED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"typed": "maya"}, "That is somebody else. To erase this person, type maya@"),
        ({"typed": ""}, "Type maya@brightwater.example, as it stands here."),
        ({"why": ""}, "Choose why."),
        ({"why": "x"}, "Choose one of the reasons offered."),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nobody_erased(client, ada, maya, wrong, said):
    answer = client.post(page_of(maya), typed(maya, **wrong))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Lead.objects.get(pk=maya.pk).stage == Stage.MQL


def test_the_same_form_sent_twice_leads_to_the_same_place(client, ada, maya):
    html = client.get(page_of(maya)).content.decode().split("<main")[1]
    once = html.split('name="once" value="')[1].split('"')[0]
    form = typed(maya, once=once)

    answers = [client.post(page_of(maya), form) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == ["/leads", "/leads"]
    assert StageChange.objects.filter(target=Stage.ERASED).count() == 1


def test_who_was_erased_by_a_colleague_a_moment_before_is_said(client, ada, maya, monkeypatch):
    """Both had the page; the other came first, after the lead was looked up here."""
    living = Lead.objects.get(pk=maya.pk)
    factories.moved(maya, Stage.ERASED)
    monkeypatch.setattr("leads.erasure.pages.get_object_or_404", lambda *_, **__: living)

    answer = client.post(page_of(maya), typed(living))

    assert answer.status_code == 409
    assert f"Lead {maya.pk} was erased meanwhile. Nothing was changed." in answer.content.decode()

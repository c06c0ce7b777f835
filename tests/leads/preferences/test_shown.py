"""Consent with its proof, as people and keys read it, and the link they may give on."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.roles import Role
from funnel.stages import Stage
from leads.duplicates import merging
from leads.judging.due import drain
from leads.models import Consent
from leads.preferences import links
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


def consent_on(page) -> str:
    section = page.content.decode().split('id="consent"', 1)[1].split("</section>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section))


@pytest.fixture
def open_lead(client: Client):
    def open_lead(lead, person):
        client.force_login(person)
        return client.get(f"/leads/{lead.pk}")

    return open_lead


def test_the_page_of_a_lead_says_what_stands_and_how_we_know(maya, open_lead):
    tool = factories.integration("Newsletter tool")
    factories.consent(
        maya, "sales", False, channel="unsubscribed", address="Maya@old.example", integration=tool
    )
    factories.consent(maya, "events", person=factories.marketer(), channel="at the fair")

    said = consent_on(open_lead(maya, factories.marketer()))

    assert "Marketing given today" in said and "Yes, send me news." in said
    assert "Form /f/demo, text 2" in said
    assert "Sales contact withdrawn" in said
    assert "Unsubscribed, through" in said and "Newsletter tool" in said
    assert "At the fair, told by" in said and "Ines Carvalho" in said


def test_what_stands_is_told_and_not_what_was_heard_last(maya, open_lead):
    # Heard of late: said before the bare yes of a list, and stands.
    Consent.objects.create(
        lead=maya, purpose="newsletter", given=False, at=maya.created_at, channel="spam_complaint"
    )
    maya.consent["newsletter"] = False
    maya.save()

    said = consent_on(open_lead(maya, factories.marketer()))

    assert "Newsletter withdrawn" in said and "Spam complaint" in said


def test_an_objection_is_told_on_the_page_and_the_timeline(maya, open_lead):
    factories.consent(maya, "scoring", given=False, channel="preference page")
    factories.news(maya)
    drain()

    page = open_lead(maya, factories.marketer())

    told = page.content.decode()
    assert "<h2>Not scored</h2>" in told and "Objected to being scored" in told
    assert "Scoring objected" in consent_on(page)
    assert "so people alone decide" in told
    assert "Adjust the score" not in told and "Move by hand" in told


def test_the_timeline_tells_a_withdrawal_by_a_merge(maya, open_lead):
    other = factories.lead()
    factories.consent(other, given=False, at=maya.created_at - timedelta(days=1))
    merging.merge(other, maya, factories.marketing_manager())

    page = open_lead(maya, factories.marketer()).content.decode()

    assert "<b>withdrawn</b> by the merge" in page
    assert "the stricter word of the two stands" in page


def test_who_talks_with_people_gives_them_their_link(maya, open_lead):
    rep = factories.rep()
    factories.moved(maya, Stage.LEAD, Stage.MQL, Stage.SQL)
    factories.handoff(maya)

    for person, may in (
        (rep, True),
        (factories.marketer(), True),
        (factories.sales_manager(), True),
        (factories.admin(), False),
    ):
        page = open_lead(maya, person).content.decode()
        found = re.search(r'value="http[^"]*/p/([^"]+)"', page)
        assert bool(found) is may, person
        if found:
            assert links.visit(found[1], maya.created_at).lead == maya


# --- what people say to us ---------------------------------------------------------------------

SAID = {"purpose": "marketing", "given": "no", "channel": "by phone", "text": ""}


def test_what_somebody_says_is_noted_with_who_noted_it(maya, client):
    ines = factories.marketer()
    client.force_login(ines)
    assert "What they said" in client.get(f"/leads/{maya.pk}/consent").content.decode()

    answer = client.post(f"/leads/{maya.pk}/consent", SAID)

    assert answer.url == f"/leads/{maya.pk}"
    word = Consent.objects.get(given=False)
    assert (word.purpose, word.channel, word.person) == ("marketing", "by phone", ines)
    assert word.address == maya.email
    # A person who types says it now, so a yes counts again without words.
    client.post(f"/leads/{maya.pk}/consent", SAID | {"given": "yes"})
    maya.refresh_from_db()
    assert maya.consent["marketing"] is True


def test_an_objection_by_phone_is_one(maya, client):
    client.force_login(factories.marketer())

    client.post(f"/leads/{maya.pk}/consent", SAID | {"purpose": "scoring"})
    drain()

    maya.refresh_from_db()
    assert (maya.consent["scoring"], maya.judgement.total) == (False, None)


def test_how_it_was_said_is_asked_for(maya, client):
    client.force_login(factories.marketer())

    answer = client.post(f"/leads/{maya.pk}/consent", SAID | {"channel": ""})

    assert answer.status_code == 422
    assert "Say how, like by phone." in answer.content.decode()


def test_a_rep_notes_it_of_those_they_hold_alone(maya, client):
    rep = factories.rep()
    held, waiting = factories.claimed(rep).lead, factories.handoff().lead
    client.force_login(rep)

    for lead, status in ((held, 302), (waiting, 403), (maya, 404)):
        assert client.post(f"/leads/{lead.pk}/consent", SAID).status_code == status
    assert list(Consent.objects.filter(given=False).values_list("lead", flat=True)) == [held.pk]


# --- over REST ---------------------------------------------------------------------------------


def test_a_key_reads_every_word_with_its_proof(maya, api):
    body = {"type": "unsubscribed", "lead": {"email": maya.email}}
    api.post("/events", body)

    newest, *older = api.get(f"/leads/{maya.pk}/consents").json()["results"]

    assert len(older) == 3
    assert (newest["given"], newest["channel"]) == (False, "unsubscribed")
    assert (newest["address"], newest["integration"]) == (maya.email, "Website forms")
    assert older[-1]["text"] in ("Yes, send me news.", None)


def test_a_key_gets_the_links_and_the_headers_of_a_mail(maya, api, client):
    told = api.get(f"/leads/{maya.pk}/preferences").json()

    assert told["list_unsubscribe"] == f"<{told['unsubscribe_url']}>"
    path = told["unsubscribe_url"].partition("/p/")[2]
    name, _, value = told["list_unsubscribe_post"].partition("=")
    assert client.post(f"/p/{path}", {name: value}).status_code == 200
    maya.refresh_from_db()
    assert maya.consent == {"marketing": False, "newsletter": False}


def test_reading_leads_is_not_enough_to_act_for_them(maya, as_problem):
    as_problem(Api(Scope.LEADS_READ).get(f"/leads/{maya.pk}/preferences"), 403)
    as_problem(Api().get("/leads/99999/preferences"), 404)


def test_a_person_without_the_right_gets_no_link(maya, client):
    client.force_login(factories.person(Role.ADMIN))
    assert client.get(f"/api/v1/leads/{maya.pk}/preferences").status_code == 403

    # Whom a rep does not see is nobody to them.
    client.force_login(factories.outsider())
    assert client.get(f"/api/v1/leads/{maya.pk}/preferences").status_code == 404


def test_an_objection_by_a_key_is_an_objection(maya, api):
    api.post("/leads", {"email": maya.email, "consent": {"scoring": False}})
    drain()

    told = api.get(f"/leads/{maya.pk}").json()
    assert (told["consent"]["scoring"], told["score"], told["criteria_version"]) == (
        False,
        None,
        None,
    )

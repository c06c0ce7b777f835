import html
import json
import re

import pytest
from django.test import Client

from funnel.stages import Stage
from leads import fields
from leads.duplicates import merging
from leads.editing import editing, words
from leads.ingest.leads import ingest_leads
from leads.models import Consent, Lead, LeadChange
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines():
    return factories.marketer()


@pytest.fixture
def browser(ines) -> Client:
    client = Client()
    client.force_login(ines)
    return client


@pytest.fixture
def maya() -> Lead:
    return factories.lead(email="maya@bright.example", job_title="Buyer", city="Lund")


def form_of(page) -> dict[str, str]:
    """What a browser would post of the page, unchanged."""
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return values | {"seen": form.seen}


def test_a_lead_is_typed_in(browser, ines):
    fields.define("seats", "Seats", "number")
    fields.define("trial", "Trial", "yes_no")
    typed = {
        "first_name": "Maya",
        "email": "maya@bright.example",
        "company.name": "Bright",
        "company.employees": "1,250",
        "estimated_value": "40 000",
        "attributes.seats": "12",
        "attributes.trial": "yes",
        "consent": "yes",
        "consent_text": "On paper at the fair",
    }

    answer = browser.post("/leads/new", form_of(browser.get("/leads/new")) | typed, follow=True)

    lead = Lead.objects.get()
    assert answer.redirect_chain == [(f"/leads/{lead.pk}", 302)]
    assert "Maya is here." in answer.content.decode()
    assert (lead.company.employees, lead.estimated_value) == (1250, 40_000)
    assert lead.attributes == {"seats": 12, "trial": True}
    assert lead.stage_changes.get().person == ines
    consent = Consent.objects.get()
    assert (consent.given, consent.text, consent.channel) == (
        True,
        "On paper at the fair",
        "typed in",
    )


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(browser):
    typed = {"email": "maya at bright", "estimated_value": "a lot", "company.employees": "many"}

    page = browser.post("/leads/new", form_of(browser.get("/leads/new")) | typed)

    assert page.status_code == 422
    assert page.context["form"].errors.keys() == typed.keys()
    for value in typed.values():
        assert f'value="{value}"' in page.content.decode()
    assert not Lead.objects.exists()


def test_a_lead_needs_an_address_or_a_phone(browser):
    page = browser.post("/leads/new", form_of(browser.get("/leads/new")) | {"first_name": "Maya"})

    assert "Give an email or a phone, so that this lead can be found again." in said_of(page)


@pytest.mark.parametrize(
    ("name", "typed", "words_of_it"),
    [
        ("country", "Atlantis", words.OFFERED_NO_MORE),
        ("estimated_value", "a lot", "Enter a number, like 1250."),
        ("estimated_value", "1,2,3", "Enter a number, like 1250."),
        ("estimated_value", "1000-2000", "Enter one number, like 1250."),
        ("company.employees", "51-200", "Enter one number, like 1250."),
        ("company.employees", "true", "Enter a number, like 1250."),
        ("attributes.seats", "[1]", "Enter a number, like 1250."),
        ("attributes.since", "May", "Enter the day as 2026-11-22."),
        ("attributes.tier", "gone", words.OFFERED_NO_MORE),
        ("email", "maya", "An email address must have an @-sign."),
    ],
)
def test_what_is_refused_is_said_in_words_for_people(browser, name, typed, words_of_it):
    fields.define("seats", "Seats", "number")
    fields.define("since", "Customer since", "date")
    fields.define("tier", "Tier", "choice", choices=["gold"])

    typed = {"phone": "+46401234567", name: typed}
    page = browser.post("/leads/new", form_of(browser.get("/leads/new")) | typed)

    (said,) = page.context["form"].errors[name]
    assert said.startswith(words_of_it)


def test_a_choice_that_is_offered_no_more_is_refused_in_words(browser, maya):
    Lead.objects.update(attributes={"tags": ["old"]})
    fields.define("tags", "Tags", "choices", choices=["a"])
    same = form_of(browser.get(f"/leads/{maya.pk}/edit"))

    page = browser.post(f"/leads/{maya.pk}/edit", same | {"attributes.tags": ["old", "a"]})

    assert page.context["form"].errors["attributes.tags"] == [words.OFFERED_NO_MORE]


def test_an_address_of_another_lead_is_not_taken_from_it(browser, maya):
    other = factories.lead("Tom", email="tom@okafor.example")
    same = form_of(browser.get(f"/leads/{maya.pk}/edit"))

    page = browser.post(f"/leads/{maya.pk}/edit", same | {"email": other.email})

    assert "Another lead has this address already." in said_of(page)


def test_who_was_erased_is_not_typed_in_again(browser, maya):
    factories.moved(maya, Stage.ERASED)
    same = form_of(browser.get("/leads/new"))

    page = browser.post("/leads/new", same | {"email": "Maya@Bright.example"})

    assert page.status_code == 422
    assert "This person was erased and stays so." in said_of(page)
    assert Lead.objects.count() == 1
    other = factories.lead("Tom", email="tom@okafor.example")
    same = form_of(browser.get(f"/leads/{other.pk}/edit"))
    page = browser.post(f"/leads/{other.pk}/edit", same | {"email": "maya@bright.example"})
    assert page.context["form"].errors["email"] == ["This person was erased and stays so."]


def said_of(page) -> str:
    return html.unescape(page.content.decode())


def test_a_known_address_opens_that_lead_with_what_was_typed_where_it_has_nothing(browser, maya):
    typed = {"email": "MAYA@bright.example", "job_title": "CEO", "department": "Buying"}

    page = browser.post("/leads/new", form_of(browser.get("/leads/new")) | typed)

    shown = page.content.decode()
    assert "is here already" in shown
    assert f'action="/leads/{maya.pk}/edit"' in shown
    assert 'value="Buyer"' in shown
    assert 'value="Buying"' in shown
    saved = browser.post(f"/leads/{maya.pk}/edit", form_of(page))
    assert saved.status_code == 302
    assert LeadChange.objects.get().fields == {"department": ["", "Buying"]}


def test_only_what_was_changed_is_written(browser, maya, ines):
    same = form_of(browser.get(f"/leads/{maya.pk}/edit"))

    answer = browser.post(f"/leads/{maya.pk}/edit", same, follow=True)
    assert "Nothing was changed." in answer.content.decode()
    browser.post(f"/leads/{maya.pk}/edit", same | {"job_title": "VP", "city": ""})

    assert LeadChange.objects.get().fields == {"job_title": ["Buyer", "VP"], "city": ["Lund", ""]}
    assert Lead.objects.get().typed == {"job_title": None, "city": None}


def test_what_somebody_else_changed_meanwhile_is_left_alone(browser, maya):
    mine = form_of(browser.get(f"/leads/{maya.pk}/edit"))
    editing.edit(maya, {"city": "Malmö"}, factories.marketing_manager())

    browser.post(f"/leads/{maya.pk}/edit", mine | {"job_title": "VP"})

    lead = Lead.objects.get()
    assert (lead.city, lead.job_title) == ("Malmö", "VP")


def test_a_field_that_both_changed_is_shown_and_saved_the_second_time(browser, maya):
    mine = form_of(browser.get(f"/leads/{maya.pk}/edit")) | {"city": "Kiruna"}
    editing.edit(maya, {"city": "Malmö"}, factories.marketing_manager())

    page = browser.post(f"/leads/{maya.pk}/edit", mine)

    assert page.status_code == 422
    shown = page.content.decode()
    assert "Tomasz Zieliński changed this to “Malmö” while you typed." in shown
    assert Lead.objects.get().city == "Malmö"
    assert browser.post(f"/leads/{maya.pk}/edit", form_of(page)).status_code == 302
    assert Lead.objects.get().city == "Kiruna"


def test_what_a_machine_says_is_shown_beside_and_can_be_taken(browser, maya, ines):
    editing.edit(maya, {"job_title": "VP"}, ines)
    hubspot = factories.integration("HubSpot")
    ingest_leads([{"email": maya.email, "job_title": "CFO"}], integration=hubspot)

    page = browser.get(f"/leads/{maya.pk}").content.decode()
    edit = browser.get(f"/leads/{maya.pk}/edit").content.decode()
    taken = browser.get(f"/leads/{maya.pk}/edit?take=job_title")

    assert "HubSpot says: CFO" in page
    assert "Ines Carvalho, today" in re.sub("<[^>]+>", "", edit)
    assert f'href="/leads/{maya.pk}/edit?take=job_title"' in edit
    assert taken.context["form"]["job_title"].value() == "CFO"
    browser.post(f"/leads/{maya.pk}/edit", form_of(taken))
    lead = Lead.objects.get()
    assert (lead.job_title, lead.typed) == ("CFO", {"job_title": None})


def test_an_amount_that_a_person_typed_is_shown_as_an_amount_once(browser, maya, ines):
    editing.edit(maya, {"estimated_value": "62000"}, ines)

    page = browser.get(f"/leads/{maya.pk}").content.decode()

    assert page.count("Estimated value</dt>") == 1
    assert "62000" not in page
    assert "€62,000<span" in page


def test_values_that_no_control_offers_stay_as_they_are(browser, maya):
    texts = {"tier": "platinum", "tags": ["a", "b"], "story": "One\nTwo", "trial": "maybe"}
    Lead.objects.update(attributes=texts)
    fields.define("tier", "Tier", "choice", choices=["gold"])
    fields.define("tags", "Tags", "choices", choices=["a"])
    fields.define("story", "Story", "text")
    fields.define("trial", "Trial", "yes_no")
    before = Lead.objects.get().attributes

    same = form_of(browser.get(f"/leads/{maya.pk}/edit")) | {"attributes.story": "One\r\nTwo"}
    browser.post(f"/leads/{maya.pk}/edit", same)

    assert Lead.objects.get().attributes == before
    assert not LeadChange.objects.exists()


def test_consent_is_withdrawn_but_not_unsaid(browser, maya):
    factories.consent(maya)
    Lead.objects.update(consent={"marketing": True})
    same = form_of(browser.get(f"/leads/{maya.pk}/edit"))

    unsaid = browser.post(f"/leads/{maya.pk}/edit", same | {"consent": ""})
    assert unsaid.context["form"].errors.keys() == {"consent"}
    browser.post(f"/leads/{maya.pk}/edit", same | {"consent": "no"})

    assert Lead.objects.get().consent == {"marketing": False}


def test_what_a_page_claims_to_have_shown_is_read_with_care(browser, maya):
    same = form_of(browser.get(f"/leads/{maya.pk}/edit"))

    for seen in ("", "[", "[]", "7", json.dumps({"city": {"a": 1}})):
        answer = browser.post(f"/leads/{maya.pk}/edit", same | {"seen": seen, "city": "Lund"})
        assert answer.status_code in (302, 422)

    assert Lead.objects.get().city == "Lund"


def test_a_rep_edits_what_they_hold_and_is_told_of_others(browser):
    rep = factories.rep()
    held = factories.claimed(rep).lead
    others = factories.claimed(factories.rep("Marcus Bell")).lead
    browser.force_login(rep)

    assert f'href="/leads/{held.pk}/edit"' in browser.get(f"/leads/{held.pk}").content.decode()
    assert browser.get(f"/leads/{held.pk}/edit").status_code == 200
    refused = browser.get(f"/leads/{others.pk}/edit")
    assert refused.status_code == 403
    assert "Only who holds this lead" in refused.content.decode()
    assert "/edit" not in browser.get(f"/leads/{others.pk}").content.decode()


def test_the_form_takes_few_queries(browser, maya, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        browser.get(f"/leads/{maya.pk}/edit")


def test_who_edits_a_lead_that_was_merged_meanwhile_keeps_what_they_typed(browser, ines):
    gone, heir = factories.lead("Anna Nowak"), factories.lead("Anna Novak")
    merging.merge(gone, heir, ines)
    ours = {"Sec-Fetch-Site": "same-origin"}

    answer = browser.post(f"/leads/{gone.pk}/edit", {"job_title": "A long <title>"}, headers=ours)

    assert answer.status_code == 404
    assert "This was not saved" in answer.content.decode()
    assert "A long &lt;title&gt;" in answer.content.decode()
    assert browser.get(f"/leads/{gone.pk}/edit").url == f"/leads/{heir.pk}/edit"
    foreign = browser.post(f"/leads/{gone.pk}/edit", {"job_title": "A long <title>"})
    assert "A long" not in foreign.content.decode()


def test_what_is_wrong_stands_under_the_same_words_as_on_every_page(browser):
    page = browser.post("/leads/new", {"email": "not an address"}).content.decode()

    assert "<h2>There is a problem</h2>" in page
    assert "<h1>New lead</h1>" in page


def test_a_name_and_the_sentence_about_it_run_on_in_one_line(browser):
    browser.post("/leads/new", {"email": "maya@bright.example", "first_name": "Maya"})

    known = browser.post("/leads/new", {"email": "maya@bright.example"}).content.decode()

    # The toast lays out its parts side by side, so its text is one part.
    assert '<div class="toast" role="status"><span><bdi>Maya</bdi> is here already' in known

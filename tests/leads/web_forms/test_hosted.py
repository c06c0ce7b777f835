"""The page of a form, as strangers see it and programs try it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import escape

from leadportal.rest import rates
from leads import fields
from leads.inbound import deliveries, inlets, job, suspicion
from leads.inbound.languages import WORDS
from leads.inbound.systems.ours import TOKEN
from leads.ingest.events import ingest_events
from leads.models import Consent, Delivery, Event, Lead
from leads.web_forms import web_forms

pytestmark = pytest.mark.django_db
ANA = {"email": "ana@acme.example", "first_name": "Ana", "company.name": "Acme"}


def test_what_is_sent_is_a_lead_with_where_it_came_from(form, came):
    delivery = came(form, **ANA, utm_source="Letter", utm_campaign="Q4", gclid="abc")

    lead = delivery.lead
    assert (delivery.state, lead.email, lead.first_name) == ("taken", "ana@acme.example", "Ana")
    assert lead.company.name == "Acme"
    assert (lead.source.name, lead.campaign.name) == ("Letter", "Q4")
    assert lead.tags == {"utm_source": "Letter", "utm_campaign": "Q4", "gclid": "abc"}
    event = Event.objects.get()
    assert (event.type, event.properties["form"]) == ("form_sent", "Demo request")


def test_a_page_carries_what_its_address_says_of_where_one_comes_from(form, client):
    page = client.get(f"{form.page}?utm_source=Letter&other=1").content.decode()

    assert '<input type="hidden" name="utm_source" value="Letter">' in page
    assert "other" not in page


def test_it_leads_to_a_thank_you_or_another_page(form, send, manager, client):
    assert send(form, **ANA).url == "/f/demo/thanks"
    web_forms.change(form, manager, thanks="We call you today.")
    assert "We call you today." in client.get("/f/demo/thanks").content.decode()

    web_forms.change(form, manager, redirect_url="https://www.acme.example/thanks")
    answer = send(form, **ANA)

    assert answer.url == "https://www.acme.example/thanks"
    # A browser asks its policy where a form may lead.
    page = client.get(form.page)
    assert "form-action 'self' https://www.acme.example" in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"email": ""}, "Work email is missing"),
        ({"email": "ana@"}, "after the @-sign"),
        ({"phone": "x" * 60}, "characters fit here"),
        ({"field.size": "Huge"}, "Choose one of those offered."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    form, send, manager, typed, says
):
    fields.define("size", "Size", "choice", choices=["Small", "Large"])
    web_forms.put_field(form, manager, target="phone", label="Phone")
    web_forms.put_field(form, manager, target="field.size", label="Size")

    page = send(form, **{**ANA, "first_name": "Zo%C3%AB", **typed})

    html = page.content.decode()
    assert page.status_code == 422 and "<title>Error: Demo request</title>" in html
    assert says in html and 'value="Zoë"' in html
    (name,) = typed
    assert f'id="id_{name}_error"' in html and f'href="#id_{name}"' in html
    assert not Delivery.objects.exists()


def test_one_of_two_ways_to_be_reached_is_enough_and_none_is_not(form, send, manager):
    web_forms.put_field(form, manager, target="email", label="Email")
    web_forms.put_field(form, manager, target="phone", label="Phone")

    assert send(form, first_name="Ana").status_code == 422
    assert send(form, phone="%2B49301234567").status_code == 302


def test_every_kind_of_field_is_asked_and_read(form, came, manager, client):
    fields.define("topics", "Topics", "choices", choices=["Tea", "Coffee"])
    fields.define("start", "Start", "date")
    fields.define("seats", "Seats", "number")
    fields.define("vip", "VIP", "yes_no")
    for name in ("topics", "start", "seats", "vip"):
        web_forms.put_field(form, manager, target=f"field.{name}", label=name)
    web_forms.put_field(form, manager, target="country", label="Land")
    web_forms.put_field(form, manager, target="company.employees", label="People", is_long=True)
    page = client.get(form.page).content.decode()
    labels = re.findall(r'<label[^>]*for="([^"]+)"', page)
    assert labels and all(f'id="{one}"' in page for one in labels)

    sent = ANA | {
        "field.topics": "Tea&field.topics=Coffee",
        "field.start": "2026-12-01",
        "field.seats": "1,200",
        "field.vip": "yes",
        "country": "DE",
        "company.employees": "51-200",
    }
    lead = came(form, **sent).lead

    assert lead.attributes == {
        "topics": ["Tea", "Coffee"],
        "start": "2026-12-01",
        "seats": 1200,
        "vip": True,
    }
    assert (lead.country, lead.company.employees) == ("DE", 51)


def test_what_a_form_does_not_ask_is_kept_as_a_detail_and_sets_nothing(form, came):
    lead = came(form, **ANA, stage="won", score="99", external_id="1", created_at="2001-01-01").lead

    assert lead.stage == "inquiry" and lead.created_at > timezone.now() - timedelta(minutes=1)


# --- consent -----------------------------------------------------------------------------------


def test_a_box_is_never_ticked_before_and_unticked_says_nothing(form, came, manager, client):
    web_forms.ask_consent(form, manager, purpose="marketing", text="You may write to me.")

    assert " checked" not in client.get(form.page).content.decode()
    assert came(form, **ANA).lead.consent == {}
    assert not Consent.objects.exists()


def test_what_was_agreed_to_is_kept_with_its_words_version_time_and_address(form, came, manager):
    first = web_forms.ask_consent(form, manager, purpose="marketing", text="Old words")
    web_forms.ask_consent(form, manager, purpose="marketing", text="New words")

    # The page was opened before the words were changed.
    delivery = came(form, **ANA, consent=first.pk)

    consent = Consent.objects.get()
    assert (consent.purpose, consent.given, consent.text) == ("marketing", True, "Old words")
    assert consent.at == delivery.received_at
    assert consent.channel == "/f/demo v1 from 127.0.0.1"
    assert delivery.lead.consent == {"marketing": True}


def test_who_withdrew_gives_it_again_by_the_form_in_the_same_words(form, came, manager):
    text = web_forms.ask_consent(form, manager, purpose="marketing", text="You may write to me.")
    lead = came(form, **ANA, consent=text.pk).lead
    no = {"type": "unsubscribed", "lead": {"id": lead.pk}}
    ingest_events([no], integration=form.inlet.integration)
    lead.refresh_from_db()
    assert lead.consent == {"marketing": False}

    # Nothing ticked says nothing.
    assert came(form, **ANA).lead.consent == {"marketing": False}
    assert came(form, **ANA, phone="1", consent=text.pk).lead.consent == {"marketing": True}


def test_the_words_of_another_form_are_no_consent(form, came, manager):
    other = web_forms.create(manager, name="Other", slug="other")
    text = web_forms.ask_consent(other, manager, purpose="marketing", text="Words")

    assert came(form, **ANA, consent=text.pk).lead.consent == {}


def test_a_consent_that_is_needed_is_asked_for_and_the_form_kept(form, send, manager):
    text = web_forms.ask_consent(form, manager, purpose="terms", text="I agree.", is_required=True)

    page = send(form, **ANA)

    html = page.content.decode()
    assert page.status_code == 422 and f'id="id_consent_{text.pk}_error"' in html
    assert 'value="ana@acme.example"' in html
    assert send(form, **ANA, consent=text.pk).status_code == 302


# --- programs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "more", "says"),
    [
        (0.5, {}, "faster than anybody types"),
        (25 * 3600, {}, "more than a day after"),
        (None, {}, "not come from the page"),
        (None, {TOKEN: "made-up"}, "not come from the page"),
        (30, {"your_homepage": "x"}, "no person sees"),
        (30, {"email": "ana@mailinator.com"}, "thrown away"),
    ],
)
def test_what_looks_like_a_program_waits_for_a_person_who_lets_it_in(
    form, came, manager, seconds, more, says
):
    delivery = came(form, seconds, **{**ANA, **more})
    assert delivery.state == "quarantined" and says in delivery.reason
    assert not Lead.objects.exists()

    deliveries.let_in(delivery, manager)
    job.drain()

    assert Lead.objects.get().first_name == "Ana"


def test_the_page_of_one_form_does_not_send_another(form, came, manager):
    other = web_forms.create(manager, name="Other", slug="other")
    token = suspicion.token(other.inlet, timezone.now() - timedelta(minutes=1))

    assert "another form" in came(form, None, **ANA, **{TOKEN: token}).reason


def test_sent_twice_is_once(form, came):
    token = suspicion.token(form.inlet, timezone.now() - timedelta(minutes=1))

    first, again = (came(form, None, **ANA, **{TOKEN: token}) for _ in range(2))

    assert (first.state, again.state) == ("taken", "ignored")


def test_html_on_another_page_has_no_token_and_comes_in_where_that_is_allowed(
    form, client, manager
):
    def posted():
        form.inlet.refresh_from_db()
        answer = client.post(form.inlet.address, ANA, headers={"Accept": "text/html"})
        job.drain()
        return answer, Delivery.objects.order_by("-pk")[0]

    assert posted()[1].state == "quarantined"
    web_forms.change(form, manager, is_pasted=True)

    answer, delivery = posted()

    assert (answer.url, delivery.state) == ("/f/demo/thanks", "taken")


def test_who_sends_more_often_than_anybody_does_keeps_what_they_typed(form, send, monkeypatch):
    monkeypatch.setattr(rates.rates, "spend", lambda *_: (False, rates.Rate(0, 1)))

    page = send(form, **ANA)

    assert page.status_code == 429 and "again in a minute" in page.content.decode()
    assert 'value="ana@acme.example"' in page.content.decode()
    assert not Delivery.objects.exists()


def test_a_form_that_is_off_is_not_there(form, client, manager):
    inlets.switch(form.inlet, manager, on=False)

    closed = client.get(form.page)
    assert closed.status_code == 404
    assert client.post(form.page, ANA).status_code == 404
    assert client.get(f"{form.page}/thanks").status_code == 404
    # A stranger reads of no queue and no first page of theirs.
    assert "There is no form here" in closed.content.decode()
    assert "queue" not in closed.content.decode()


# --- frames and languages ----------------------------------------------------------------------


def test_no_site_frames_it_but_those_that_were_named(form, client, manager):
    page = client.get(form.page)
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"

    web_forms.change(form, manager, framed_by=["https://www.acme.example"])

    for url in (form.page, "/f/demo/thanks"):
        page = client.get(url)
        policy = page["Content-Security-Policy"]
        assert "frame-ancestors https://www.acme.example;" in f"{policy};"
        assert "script-src 'self'" in policy and "X-Frame-Options" not in page
    other = client.get("/account/login/")
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    assert other["X-Frame-Options"] == "DENY"


def test_a_form_in_a_language_from_right_to_left_runs_so(form, client, manager):
    web_forms.change(form, manager, language="ar", title="اطلب عرضا")

    assert '<html lang="ar" dir="rtl">' in client.get(form.page).content.decode()
    assert '<html lang="ar" dir="rtl">' in client.get("/f/demo/thanks").content.decode()


OURS = re.compile(r"\b(Send|optional|missing|problem|Error|Leave|empty|Tick|needed|Thank|Choose)\b")


@pytest.mark.parametrize("language", [code for code in WORDS if code not in ("en", "da", "nb")])
def test_all_that_a_form_says_by_itself_is_in_its_language(form, client, send, manager, language):
    words = WORDS[language]
    fields.define("size", "Size", "choice", choices=["Small", "Large"])
    fields.define("seats", "Seats", "number")
    for target in ("field.size", "field.seats", "website"):
        web_forms.put_field(form, manager, target=target, label="Q")
    web_forms.ask_consent(form, manager, purpose="terms", text="T", is_required=True)
    web_forms.change(form, manager, language=language, title="T")
    form.refresh_from_db()
    form.fields = [one | {"label": "Q"} for one in form.fields]
    form.save()

    page = client.get(form.page).content.decode()
    wrong = {"email": "x", "field.size": "Huge", "field.seats": "many", "website": "a b"}
    told = send(form, **wrong).content.decode()
    empty = send(form).content.decode()
    long = send(form, first_name="x" * 10_001).content.decode()

    assert f'<html lang="{language}" dir="{words.direction}">' in page
    for word in (words.send, words.optional, words.trap):
        assert escape(word) in page
    for word in (words.email, words.choice, words.number, words.website, words.tick):
        assert escape(word) in told
    assert escape(words.problem) in told and f"<title>{escape(words.error)}: T</title>" in told
    assert escape(words.missing.format("Q")) in empty and escape(words.too_long) in long
    assert escape(words.thanks) in client.get("/f/demo/thanks").content.decode()
    for said in (page, told, empty):
        shown = re.sub(r"<[^>]*>", " ", said.partition("<body>")[2])
        assert not OURS.search(shown), OURS.search(shown)


def test_the_words_of_its_owner_stand_before_those_of_its_language(form, client, manager):
    web_forms.change(form, manager, language="de", button="Los", thanks="Bis bald!")

    assert "Los</button>" in client.get(form.page).content.decode()
    assert "Bis bald!" in client.get("/f/demo/thanks").content.decode()


def test_where_no_form_is_the_language_is_that_of_the_browser(client):
    page = client.get("/f/nobody", headers={"Accept-Language": "xx, no;q=0.9, de;q=0.8"})

    assert "Her er det ikke noe skjema" in page.content.decode()
    assert '<html lang="nb" dir="ltr">' in page.content.decode()
    for header in ("", "tlh", "*", "\u00ff" * 900, "de" * 500):
        page = client.get("/f/nobody", headers={"Accept-Language": header})
        assert "There is no form here" in page.content.decode()


def test_a_page_costs_the_same_however_much_it_asks(
    form, client, manager, django_assert_num_queries
):
    web_forms.ask_consent(form, manager, purpose="marketing", text="Words")
    with django_assert_num_queries(3):
        client.get(form.page)
    web_forms.put_field(form, manager, target="phone", label="Phone")
    web_forms.ask_consent(form, manager, purpose="terms", text="Words")

    with django_assert_num_queries(3):
        client.get(form.page)

"""What each system sends, in its own shape, becomes a lead with what it says."""

import json
from datetime import UTC, datetime

import pytest

from leads.models import Consent, Event, ExternalId, Lead

pytestmark = pytest.mark.django_db
BIG = 9_000_000_000_000_001


def google(**more):
    columns = {
        "FULL_NAME": "Mei Lin Ortega",
        "EMAIL": "mei@home.example",
        "WORK_EMAIL": "mei@kelp.example",
        "PHONE_NUMBER": "+34912345678",
        "COMPANY_NAME": "Kelp & Sons",
        "how_many_boats?": "12",
    }
    return {
        "lead_id": "g-1",
        "user_column_data": [
            {"column_id": name, "string_value": value} for name, value in columns.items()
        ],
        "campaign_id": BIG,
        "google_key": "k",
        "lead_submit_time": "2026-11-02T08:30:00Z",
    } | more


def test_a_lead_form_of_google_ads(inlet, came):
    delivery = came(inlet("google", source="Google Ads"), google())

    lead = delivery.lead
    assert delivery.state == "taken"
    assert (lead.first_name, lead.last_name) == ("Mei Lin", "Ortega")
    # The address at work is the better one; the other is kept beside.
    assert lead.email == "mei@kelp.example"
    assert lead.attributes["EMAIL"] == "mei@home.example"
    assert lead.company.name == "Kelp & Sons" and lead.source.name == "Google Ads"
    assert lead.attributes["how_many_boats"] == "12"
    assert lead.attributes["campaign_id"] == str(BIG)
    assert lead.created_at == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    assert ExternalId.objects.get().value == "g-1"
    event = Event.objects.get()
    assert (event.type, event.occurred_at) == ("form_sent", lead.created_at)


def test_a_test_of_google_ads_makes_no_lead(inlet, came):
    delivery = came(inlet("google"), google(is_test=True))

    assert (delivery.state, delivery.reason) == ("ignored", "A test: it makes no lead.")
    assert not Lead.objects.exists()


def test_a_lead_as_meta_gives_it(inlet, came):
    sent = {
        "id": "77",
        "created_time": "2026-11-02T08:30:00+0000",
        "form_id": BIG,
        "field_data": [
            {"name": "email", "values": ["ola@fjord.example"]},
            {"name": "full_name", "values": ["Ola Nord"]},
            {"name": "what_do_you_need?", "values": ["scoring", "routing"]},
        ],
    }

    lead = came(inlet("meta"), sent).lead

    assert (lead.email, lead.last_name) == ("ola@fjord.example", "Nord")
    assert lead.attributes["what_do_you_need"] == ["scoring", "routing"]
    assert lead.attributes["form_id"] == str(BIG)
    assert ExternalId.objects.get().value == "77"


def test_ids_alone_say_what_to_do_and_make_nobody(inlet, came):
    sent = {
        "entry": [
            {"changes": [{"field": "leadgen", "value": {"leadgen_id": BIG}}]},
            {"changes": [{"field": "leadgen", "value": {"leadgen_id": "8"}}, {"field": "leadgen"}]},
        ]
    }

    delivery = came(inlet("meta"), sent)

    assert delivery.state == "failed"
    assert f"It holds the id of a lead ({BIG})" in delivery.reason
    assert "Save an access token of Meta" in delivery.reason
    assert not Lead.objects.exists()
    ids = [
        {"subscriptionType": "contact.creation", "objectId": 5, "eventId": 1},
        {"subscriptionType": "contact.propertyChange", "objectId": 5, "eventId": 2},
    ]
    assert "id of a contact (5)" in came(inlet("hubspot"), ids).reason
    action = {"leadGenFormResponse": "urn:li:r:1", "leadAction": "CREATED", "occurredAt": 1}
    assert "urn:li:r:1" in came(inlet("linkedin"), action).reason


def linkedin(**more):
    def question(number, **fields):
        return {"questionId": number, **fields}

    options = [{"id": 2, "text": {"localized": {"en_US": "51-200"}}}]
    return {
        "id": "li-1",
        "submittedAt": 1762072200000,
        "formResponse": {
            "answers": [
                {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "Ida"}}},
                {
                    "questionId": 2,
                    "answerDetails": {"textQuestionAnswer": {"answer": "i@o.example"}},
                },
                {"questionId": 3, "answerDetails": {"multipleChoiceAnswer": {"options": [2]}}},
            ]
        },
        "form": {
            "name": "Webinar",
            "hiddenFields": [{"name": "utm_campaign", "value": "Autumn"}],
            "content": {
                "questions": [
                    question(1, name="First", predefinedField="FIRST_NAME"),
                    question(2, name="Your mail", predefinedField="EMAIL"),
                    question(
                        3,
                        name="Team size",
                        questionDetails={"multipleChoiceQuestionDetails": {"options": options}},
                    ),
                ]
            },
        },
    } | more


def test_a_response_of_linkedin_reads_its_questions_from_the_form(inlet, came):
    delivery = came(inlet("linkedin"), linkedin())

    lead = delivery.lead
    assert (lead.first_name, lead.email) == ("Ida", "i@o.example")
    assert lead.campaign.name == "Autumn" and lead.company.employees == 51
    assert delivery.results[0]["problems"][0]["code"] == "range"
    assert came(inlet("linkedin"), linkedin(testLead=True)).state == "ignored"


def test_answers_of_typeform_by_their_questions(inlet, came):
    fields = [
        {"id": "a", "title": "And your work email, {{field:x}}?"},
        {"id": "b", "title": "What is your first name?"},
        {"id": "c", "title": "May we write to you?"},
        {"id": "d", "title": "Which topics?"},
    ]
    answers = [
        {"type": "email", "email": "sol@vega.example", "field": {"id": "a", "ref": "r1"}},
        {"type": "text", "text": "Sol", "field": {"id": "b", "ref": "first_name"}},
        {"type": "boolean", "boolean": True, "field": {"id": "c", "ref": "consent"}},
        {
            "type": "choices",
            "choices": {"labels": ["a", "b"], "other": "c"},
            "field": {"id": "d", "ref": "r4"},
        },
    ]
    sent = {
        "event_type": "form_response",
        "form_response": {
            "token": "t-1",
            "submitted_at": "2026-11-02T08:30:00Z",
            "hidden": {"utm_source": "Letter", "utm_campaign": "Q4"},
            "definition": {"title": "Talk to us", "fields": fields},
            "answers": answers,
        },
    }

    lead = came(inlet("typeform", source="Typeform"), sent).lead

    assert (lead.first_name, lead.email) == ("Sol", "sol@vega.example")
    assert (lead.source.name, lead.campaign.name) == ("Letter", "Q4")
    assert lead.attributes["Which_topics"] == ["a", "b", "c"]
    consent = Consent.objects.get()
    assert (consent.given, consent.text) == (True, "May we write to you?")
    assert consent.at == lead.created_at
    assert Event.objects.get().properties["form"] == "Talk to us"


@pytest.mark.parametrize("wrapped", [True, False])
def test_both_versions_of_webflow(inlet, came, wrapped):
    data = {
        "First Name": "Ines",
        "Last Name": "Roy",
        "E-Mail": "i@roy.example",
        "Phone": 33612345678,
    }
    form = {"name": "Contact", "id": "w-1", "data": data}

    lead = came(
        inlet("webflow"), {"triggerType": "form_submission", "payload": form} if wrapped else form
    ).lead

    assert (lead.first_name, lead.last_name, lead.email) == ("Ines", "Roy", "i@roy.example")
    assert lead.phone == "33612345678"


def test_a_contact_of_hubspot(inlet, came):
    sent = {
        "vid": 9,
        "properties": {
            "email": {"value": "bo@ark.example"},
            "firstname": {"value": "Bo"},
            "numemployees": {"value": "200"},
            "lifecyclestage": {"value": "lead"},
        },
    }

    lead = came(inlet("hubspot"), sent).lead

    assert (lead.email, lead.first_name, lead.company.employees) == ("bo@ark.example", "Bo", 200)
    assert lead.attributes["lifecyclestage"] == "lead"
    assert ExternalId.objects.get().value == "9"
    # It tells of a contact, and of nothing the person did.
    assert not Event.objects.exists()


def call(kind, name="", **more):
    made = {"type": kind, "anonymousId": "anon", "messageId": f"m-{kind}-{name}", "event": name}
    return made | {"timestamp": "2026-11-02T08:30:00Z"} | more


IDENTIFY = call("identify", userId="u-1", traits={"email": "kai@moss.example", "name": "Kai Moss"})


def test_who_was_anonymous_on_a_page_is_who_says_their_name(inlet, came):
    page = call("page", context={"page": {"path": "/pricing"}})
    track = call("track", "Demo Requested", properties={"plan": "Pro"})
    group = call("group", userId="u-1", traits={"name": "Moss AB", "employees": 40})

    traits = IDENTIFY["traits"] | {"company": {"name": "Moss AB"}}

    sent = {"batch": [page, track, IDENTIFY | {"traits": traits}, group, track]}
    delivery = came(inlet("segment"), sent)

    lead = delivery.lead
    assert (lead.last_name, lead.company.name, lead.company.employees) == ("Moss", "Moss AB", 40)
    # What says the same again is no detail.
    assert lead.attributes == {}
    # The last call repeats the second: it counts once.
    assert sorted(Event.objects.values_list("type", flat=True)) == ["demo_requested", "page_view"]
    assert set(ExternalId.objects.values_list("value", flat=True)) == {"u-1", "anon"}


def test_what_came_before_anybody_knew_who_it_was_is_read_once_they_say(inlet, came):
    segment = inlet("segment")
    before = came(segment, call("page", context={"page": {"path": "/pricing"}}))
    assert (before.state, before.waits_for) == ("ignored", "anon")

    lead = came(segment, IDENTIFY).lead

    before.refresh_from_db()
    assert (before.state, before.lead) == ("taken", lead)
    assert Event.objects.get().lead == lead


def test_a_booked_call(inlet, came):
    sent = {
        "event": "invitee.created",
        "created_at": "2026-11-02T08:30:00.000000Z",
        "payload": {
            "uri": "https://api.calendly.example/i/1",
            "email": "ann@reef.example",
            "name": "Ann Reef",
            "questions_and_answers": [{"question": "Company name", "answer": "Reef"}],
            "tracking": {"utm_source": "Podcast", "utm_medium": None},
            "scheduled_event": {"name": "Demo", "start_time": "2026-11-09T10:00:00Z"},
        },
    }
    calendly = inlet("calendly")

    lead = came(calendly, sent).lead
    assert came(calendly, sent | {"event": "invitee.canceled"}).lead == lead

    assert (lead.last_name, lead.company.name, lead.source.name) == ("Reef", "Reef", "Podcast")
    types = Event.objects.order_by("pk").values_list("type", flat=True)
    assert list(types) == ["call_booked", "call_canceled"]


def test_a_booking_of_cal_com(inlet, came):
    sent = {
        "triggerEvent": "BOOKING_CREATED",
        "payload": {
            "uid": "b-1",
            "title": "Demo",
            "organizer": {"email": "rep@ours.example"},
            "attendees": [{"email": "lo@tide.example", "name": "Lo Tide"}],
            "responses": {
                "name": {"label": "your_name", "value": "Lo Tide"},
                "team": {"label": "Team size", "value": "20"},
            },
        },
    }

    lead = came(inlet("calcom"), sent).lead

    assert (lead.email, lead.last_name, lead.company.employees) == ("lo@tide.example", "Tide", 20)
    assert Event.objects.get().type == "call_booked"
    assert came(inlet("calcom"), {"triggerEvent": "PING"}).reason == "A test: it makes no lead."


def test_json_of_any_names(inlet, came):
    sent = {
        "owner": {"email": "rep@ours.example", "name": "Rep"},
        "contact": {"email": "joy@bay.example", "name": "Joy Bay", "newsletter": True},
        "company": {"name": "Bay", "size": "11-50"},
        "score": 7,
        "tags": ["a", "b"],
        "Budget (EUR)": 1200,
    }

    lead = came(inlet("json"), sent).lead

    assert (lead.email, lead.first_name, lead.last_name) == ("joy@bay.example", "Joy", "Bay")
    assert lead.company.name == "Bay"
    assert lead.attributes["Budget_EUR"] == 1200 and lead.attributes["tags"] == ["a", "b"]
    assert lead.attributes["owner_email"] == "rep@ours.example"
    assert lead.consent == {"marketing": True}


def test_what_a_tool_keeps_gives_no_consent_again_and_a_form_does(inlet, came):
    kept = {"contact": {"email": "joy@bay.example", "newsletter": True}}
    lead = came(inlet("json"), kept).lead
    no = call("track", "Unsubscribed", userId="u-1")
    identify = call("identify", userId="u-1", traits={"email": "joy@bay.example"})
    came(inlet("segment"), {"batch": [identify, no | {"timestamp": "2026-11-02T09:00:00Z"}]})
    lead.refresh_from_db()
    assert lead.consent == {"marketing": False}

    came(inlet("json"), kept | {"batch": 2})
    lead.refresh_from_db()
    assert lead.consent == {"marketing": False}

    sent = f"{FORM}&newsletter=yes".replace("zo%C3%AB%40x", "joy%40bay")
    came(inlet("html"), sent, "application/x-www-form-urlencoded")
    lead.refresh_from_db()
    assert lead.consent == {"marketing": True}


def test_what_a_thing_is_called_is_not_who_is_told_about(inlet, came):
    forms = inlet("json")
    things = {
        "form": {"id": "7", "name": "Contact us", "title": "Contact"},
        "products": [{"id": 9, "name": "Scanner"}],
        "landing_page": {"title": "Home", "url": "https://us.example"},
    }

    first, second = (
        came(forms, things | {"contact": {"id": n, "name": name, "email": f"{n}@x.example"}}).lead
        for n, name in (("c1", "Otto Erste"), ("c2", "Zita Zweite"))
    )

    # One form brought two people.
    assert first != second
    assert {one.value for one in ExternalId.objects.all()} == {"c1", "c2"}
    assert (second.first_name, second.last_name, second.job_title) == ("Zita", "Zweite", "")
    assert second.attributes["form_id"] == "7"


@pytest.mark.parametrize(("name", "says"), [("name", "values"), ("label", "value")])
def test_a_list_of_fields_has_their_names_and_values(inlet, came, name, says):
    fields = {"full_name": "Ana Lopez", "work email": "ana@x.example", "How many?": "12"}
    listed = [{name: one, says: [value]} for one, value in fields.items()]

    lead = came(inlet("json"), {"id": "f1", "fields": listed}).lead

    assert (lead.first_name, lead.last_name, lead.email) == ("Ana", "Lopez", "ana@x.example")
    assert lead.attributes["How_many"] == "12"


def test_a_list_is_several_people(inlet, came):
    delivery = came(inlet("json"), [{"email": "a@x.example"}, {"email": "b@x.example"}, {"no": 1}])

    assert delivery.state == "taken" and Lead.objects.count() == 2
    assert delivery.reason.startswith("1 of 3 were not taken. Nobody can be reached by it")


FORM = "email=zo%C3%AB%40x.example&name=Zo%C3%AB+Ek&Company=Ek+%26+Co&topics=a&topics=b"
MULTIPART = (
    '--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nzoë@x.example\r\n'
    '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nZoë Ek\r\n'
    '--b\r\nContent-Disposition: form-data; name="Company"\r\n\r\nEk & Co\r\n'
    '--b\r\nContent-Disposition: form-data; name="topics"\r\n\r\na\r\n'
    '--b\r\nContent-Disposition: form-data; name="topics"\r\n\r\nb\r\n'
    '--b\r\nContent-Disposition: form-data; name="cv"; filename="cv.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (FORM, "application/x-www-form-urlencoded"),
        (MULTIPART, "multipart/form-data; boundary=b"),
        (json.dumps({"email": "zoë@x.example", "name": "Zoë Ek", "Company": "Ek & Co",
                     "topics": ["a", "b"]}), "application/json"),
    ],
)  # fmt: skip
def test_a_form_of_a_website_in_all_three_ways(inlet, came, body, kind):
    lead = came(inlet("html"), body, kind).lead

    assert (lead.email, lead.first_name, lead.last_name) == ("zoë@x.example", "Zoë", "Ek")
    assert lead.company.name == "Ek & Co" and lead.attributes["topics"] == ["a", "b"]


MAIL = """From: Portal <robot@portal.example>
Reply-To: nobody@portal.example
Subject: =?utf-8?q?Anfrage_f=C3=BCr_Sie?=
Message-ID: <1@portal.example>
Date: Mon, 02 Nov 2026 09:30:00 +0100
Content-Type: {kind}; charset=utf-8

{text}
"""
LINES = "Name: Ute Groß\n E-Mail:  ute@werk.example\nFirma: Werk GmbH\nSee https://x.example\n"


@pytest.mark.parametrize(
    "body", [b"Name=J%F6rg+M%FCller&Email=j@x.example", b"Name=J\xf6rg+M\xfcller&Email=j@x.example"]
)
def test_a_form_of_an_old_page_keeps_its_letters(inlet, came, body):
    lead = came(inlet("html"), body, "application/x-www-form-urlencoded").lead

    assert (lead.first_name, lead.last_name) == ("Jörg", "Müller")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/plain", LINES),
        ("text/html", "<table><tr><td>Name</td><td>Ute Groß</td></tr><tr><td>E-Mail</td>"
         "<td>ute@werk.example</td></tr><tr><td>Firma</td><td>Werk GmbH</td></tr></table>"),
    ],
)  # fmt: skip
def test_a_mail_that_tells_of_somebody(inlet, came, kind, text):
    message = MAIL.format(kind=kind, text=text).encode()

    delivery = came(inlet("mail"), message, "message/rfc822")

    lead = delivery.lead
    assert (lead.email, lead.last_name, lead.company.name) == (
        "ute@werk.example",
        "Groß",
        "Werk GmbH",
    )
    assert lead.attributes["Subject"] == "Anfrage für Sie"
    assert delivery.key == "<1@portal.example>"


def test_a_mail_of_somebody_is_about_them(inlet, came):
    message = "From: Bea Holt <bea@holt.example>\nSubject: Hello\n\nDo you ship to Spain?\n"
    form = f"email={message.replace(' ', '+')}".replace("\n", "%0A")

    lead = came(inlet("mail"), form, "application/x-www-form-urlencoded").lead

    assert (lead.email, lead.first_name, lead.last_name) == ("bea@holt.example", "Bea", "Holt")
    assert lead.attributes["Message"] == "Do you ship to Spain?"


@pytest.mark.parametrize(
    ("system", "body", "says"),
    [
        ("json", "{", "This is no JSON"),
        ("json", "[" * 100_000, "nested too deep"),
        ("json", "{}", "says nothing of anybody"),
        ("google", "[1]", "A JSON object is needed"),
        ("typeform", '{"a": 1}', "form_response"),
        ("webflow", '{"a": 1}', "fields of a form"),
        ("meta", '{"a": 1}', "field_data"),
        ("linkedin", '{"a": 1}', "lead actions"),
        ("segment", '{"a": 1}', "identify"),
        ("calcom", '{"triggerEvent": "BOOKING_CREATED"}', "attendees"),
        ("calendly", '{"event": "invitee.created"}', "invitee"),
        ("hubspot", "[]", "HubSpot sends a contact"),
        ("mail", "Subject: x\n\nNo sender", "no sender"),
        ("html", "", "No field"),
    ],
)
def test_what_cannot_be_read_says_what_is_needed(inlet, came, system, body, says):
    kind = "application/x-www-form-urlencoded" if system == "html" else "application/json"

    delivery = came(inlet(system), body, "message/rfc822" if system == "mail" else kind)

    assert (delivery.state, says in delivery.reason) == ("failed", True), delivery.reason


def test_hostile_json_is_no_fault_of_ours(inlet, came):
    sent = (
        '{"email": "x@y.example", "a": NaN, "b": 1e999, "c": "x\\u0000y", "d": "\\ud800", '
        f'"e": {"9" * 4000}, "f": {{"g": null}}, "": 1}}'
    )

    delivery = came(inlet("json"), sent)

    assert delivery.state == "taken"
    assert delivery.lead.attributes["c"] == "xy"

"""The door: what is posted is kept before it is read, and whoever asks is answered at once."""

import hmac
import json
import time
from base64 import b64encode
from hashlib import sha1, sha256

import pytest
from django.test import Client

from leadportal.db import sealed
from leadportal.rest import rates
from leads.inbound import inlets, job
from leads.models import Delivery, Lead
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "made-up-secret"
BODY = json.dumps({"google_key": SECRET, "email": "a@x.example"}).encode()


def hex_of(text, how=sha256):
    return hmac.new(SECRET.encode(), text, how).hexdigest()


def base64_of(text):
    return b64encode(hmac.new(SECRET.encode(), text, sha256).digest()).decode()


def now():
    return str(int(time.time() * 1000))


def hubspot_v3(url):
    at = now()
    text = f"POST{url}".encode() + BODY + at.encode()
    return {"X-HubSpot-Signature-v3": base64_of(text), "X-HubSpot-Request-Timestamp": at}


def calendly(at):
    return {"Calendly-Webhook-Signature": f"t={at},v1={hex_of(f'{at}.'.encode() + BODY)}"}


def webflow(at):
    signature = hex_of(f"{at}:".encode() + BODY)
    return {"X-Webflow-Timestamp": at, "X-Webflow-Signature": signature}


OLD = str(int(time.time()) - 3_600)
RIGHT = [
    ("google", {}),
    ("meta", {"X-Hub-Signature-256": f"sha256={hex_of(BODY)}"}),
    ("linkedin", {"X-LI-Signature": f"hmacsha256={hex_of(BODY)}"}),
    ("linkedin", {"X-LI-Signature": hex_of(b"hmacsha256=" + BODY)}),
    ("typeform", {"Typeform-Signature": f"sha256={base64_of(BODY)}"}),
    ("webflow", lambda url: webflow(now())),
    ("hubspot", {"X-HubSpot-Signature": sha256(SECRET.encode() + BODY).hexdigest()}),
    ("hubspot", hubspot_v3),
    ("segment", {"X-Signature": hex_of(BODY, sha1)}),
    ("calendly", lambda url: calendly(now()[:10])),
    ("calcom", {"X-Cal-Signature-256": hex_of(BODY)}),
]
WRONG = [
    ("google", {}, b'{"google_key": "guess"}'),
    ("google", {}, b"{"),
    *((system, {}, BODY) for system, _ in RIGHT[1:]),
    ("meta", {"X-Hub-Signature-256": f"sha256={hex_of(BODY)}"}, BODY + b" "),
    ("typeform", {"Typeform-Signature": "sha256=\u00e9"}, BODY),
    ("webflow", webflow(OLD), BODY),
    ("webflow", webflow("soon"), BODY),
    ("calendly", calendly(OLD), BODY),
]


def names(rows):
    return [f"{row[0]}-{place}" for place, row in enumerate(rows)]


@pytest.mark.parametrize(("system", "headers"), RIGHT, ids=names(RIGHT))
def test_what_is_signed_with_the_secret_is_kept_to_be_read(inlet, post, settings, system, headers):
    one = inlet(system, secret=SECRET)
    if callable(headers):
        headers = headers(f"{settings.BASE_URL}{one.address}")

    answer = post(one, BODY, headers=headers)

    assert answer.status_code == 202
    delivery = Delivery.objects.get(pk=answer.json()["id"])
    assert bytes(delivery.body) == BODY and delivery.state == "received"
    # Once more when it is read: who opens the table cannot forge what is not signed.
    job.drain()
    delivery.refresh_from_db()
    assert delivery.state != "quarantined"


@pytest.mark.parametrize(("system", "headers", "body"), WRONG, ids=names(WRONG))
def test_what_is_not_is_told_so_and_waits_for_a_person(inlet, post, system, headers, body):
    answer = post(inlet(system, secret=SECRET), body, headers=headers)

    assert answer.status_code == 401
    assert "not signed" in answer.json()["error"]
    delivery = Delivery.objects.get()
    assert (delivery.state, bytes(delivery.body)) == ("quarantined", body)
    assert job.drain() == 0 and not Lead.objects.exists()


def test_without_a_secret_nothing_is_asked(inlet, post):
    assert post(inlet("typeform"), BODY).status_code == 202


def test_a_secret_is_kept_sealed_and_fails_closed_where_the_key_changed(inlet, post, settings):
    one = inlet("calcom", secret=SECRET)
    assert SECRET not in one.secret and sealed.opened(one.secret) == SECRET

    settings.SECRET_KEY = "another"
    refused = post(one, BODY, headers={"X-Cal-Signature-256": hex_of(BODY)})
    settings.SECRET_KEY_FALLBACKS = ["tests-only"]
    taken = post(one, BODY, headers={"X-Cal-Signature-256": hex_of(BODY)})

    assert (refused.status_code, taken.status_code) == (401, 202)
    assert "Save it once more" in refused.json()["error"]


def test_meta_asks_whether_the_address_is_ours(inlet, client):
    one = inlet("meta", secret=SECRET)
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}

    right = client.get(one.address, asked | {"hub.verify_token": one.token})
    wrong = client.get(one.address, asked | {"hub.verify_token": "guess"})
    markup = {"hub.challenge": "<script>", "hub.verify_token": one.token}

    assert (right.content, right["Content-Type"]) == (b"1158201444", "text/plain; charset=utf-8")
    assert wrong.status_code == 403
    assert client.get(one.address, asked | markup).status_code == 403


def test_linkedin_asks_whether_we_know_the_secret(inlet, client):
    one = inlet("linkedin", secret=SECRET)

    answer = client.get(one.address, {"challengeCode": "890e4665-4dfe"})

    right = {"challengeCode": "890e4665-4dfe", "challengeResponse": hex_of(b"890e4665-4dfe")}
    assert answer.json() == right
    assert client.get(inlet("linkedin").address, {"challengeCode": "x"}).status_code == 403


def test_there_is_nothing_to_read(inlet, client):
    answer = client.get(inlet("json").address)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_an_address_nobody_made_and_one_that_is_off_look_the_same(inlet, post, client, manager):
    one = inlet("json")
    inlets.switch(one, manager, on=False)

    off, missing = post(one, {}), client.post("/in/nothing", {})
    assert client.post("/in/%00", {}).status_code == 404

    assert off.status_code == missing.status_code == 404
    assert off.content == missing.content
    assert not Delivery.objects.exists()


def test_more_than_a_form_holds_is_not_read(inlet, post):
    assert post(inlet("json"), b"x" * (1024 * 1024 + 1)).status_code == 413
    assert not Delivery.objects.exists()


def test_who_posts_more_often_than_anybody_does_is_asked_to_wait(inlet, post, monkeypatch):
    full = rates.Rate(0, 1)
    monkeypatch.setattr(rates.rates, "spend", lambda *_: (False, full))

    answer = post(inlet("json"), {})

    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert not Delivery.objects.exists()


def test_a_person_who_sent_a_form_reads_a_page(inlet, client):
    answer = client.post(
        inlet("html").address, {"email": "a@x.example"}, headers={"Accept": "text/html"}
    )

    assert answer.status_code == 200 and b"Thank you" in answer.content
    german = {"Accept": "text/html", "Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}
    answer = client.post(inlet("html").address, {"email": "a@x.example"}, headers=german)
    assert "Vielen Dank. Es ist angekommen." in answer.content.decode()
    assert '<html lang="de" dir="ltr">' in answer.content.decode()


def test_somebody_signed_in_here_may_send_a_form_as_well(inlet):
    browser = Client()
    browser.force_login(factories.admin())

    # In parts, and with the token of a form, which other pages read before they act.
    answer = browser.post(inlet("html").address, {"email": "a@x.example", "once": "abc"})

    assert answer.status_code == 202
    assert b"a@x.example" in bytes(Delivery.objects.get().body)


def test_a_browser_asks_first_whether_a_script_of_another_site_may_post(
    inlet, post, client, django_assert_num_queries
):
    asks = {"Origin": "https://acme.example", "Access-Control-Request-Method": "POST"}
    one = inlet("json")
    with django_assert_num_queries(0):
        answer = client.options(one.address, headers=asks)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == answer["Access-Control-Allow-Headers"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "POST"
    # Nothing of who is signed in here comes along.
    assert "Access-Control-Allow-Credentials" not in answer
    for said in (
        post(one, {"email": "a@x.example"}),
        client.post("/in/nobody", {}),
        client.get(one.address),
    ):
        assert said["Access-Control-Allow-Origin"] == "*"
    assert client.put(one.address).status_code == 405


def test_a_post_costs_two_statements(inlet, post, django_assert_num_queries):
    one = inlet("json")
    # Whose address it is, and the row.
    with django_assert_num_queries(2):
        post(one, {"email": "a@x.example"})

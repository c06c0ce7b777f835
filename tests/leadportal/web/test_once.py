"""A form that is sent twice acts once, whatever form of whatever page."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from leadportal.models import SentForm
from leadportal.web import once
from leads.models import Handoff, HandoffState, Import, Touch
from tests import factories
from tests.concurrently import at_once
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db
TOUCH = {"channel": "call", "result": "talked", "note": "Four sites"}


@pytest.fixture
def rep():
    return factories.rep()


@pytest.fixture
def client(rep):
    client = Client()
    client.force_login(rep)
    return client


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_second_post_is_answered_like_the_first_and_does_nothing(client, rep):
    factories.handoff(), factories.handoff()

    first = client.post("/queue/next", {"once": "abc"})
    second = client.post("/queue/next", {"once": "abc"})

    assert first["Location"] == second["Location"]
    assert Handoff.objects.filter(claimed_by=rep).count() == 1
    assert said(first) == said(second)


def test_another_rendering_of_the_form_is_another_intent(client, rep):
    factories.handoff(), factories.handoff()

    client.post("/queue/next", {"once": "abc"})
    client.post("/queue/next", {"once": "abd"})

    assert Handoff.objects.filter(claimed_by=rep).count() == 2


def test_what_is_corrected_after_going_back_is_another_intent(client, rep):
    url = f"/handoffs/{factories.claimed(rep).pk}/touch"

    client.post(url, TOUCH | {"once": "abc"})
    client.post(url, TOUCH | {"once": "abc", "note": "Five sites"})
    client.post(url, TOUCH | {"once": "abc", "note": "Five sites"})

    assert sorted(Touch.objects.values_list("note", flat=True)) == ["Five sites", "Four sites"]


def test_another_file_chosen_after_going_back_is_another_intent():
    client = Client()
    client.force_login(factories.marketer())

    def send(name, mail):
        file = SimpleUploadedFile(name, f"Email\n{mail}\n".encode(), "text/csv")
        return client.post("/imports", {"once": "abc", "file": file})

    send("a.csv", "ana@x.example"), send("a.csv", "ana@x.example")
    send("b.csv", "bo@x.example"), send("b.csv", "bea@x.example")

    lines = Import.objects.order_by("pk").values_list("name", "lines__cells")
    assert list(lines) == [
        ("a.csv", ["ana@x.example"]),
        ("b.csv", ["bo@x.example"]),
        ("b.csv", ["bea@x.example"]),
    ]


def test_a_form_with_a_mistake_may_be_sent_again(client, rep):
    url = f"/handoffs/{factories.claimed(rep).pk}/touch"

    answers = [client.post(url, {"once": "abc", "channel": "call"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert not SentForm.objects.exists()


def test_htmx_is_sent_on_as_well(client, rep):
    url = f"/handoffs/{factories.claimed(rep).pk}/touch"

    answers = [client.post(url, TOUCH | {"once": "abc"}, headers=HTMX) for _ in range(2)]

    assert answers[0]["HX-Redirect"] == answers[1]["HX-Redirect"]
    assert Touch.objects.count() == 1


def test_what_is_refused_in_a_drawer_stays_a_drawer(client, rep):
    kept, gone = factories.source("Fair"), factories.source("Fair 2")
    manager = Client()
    manager.force_login(factories.marketing_manager())
    url = f"/settings/sources/{gone.pk}/merge"
    manager.post(url, {"into": kept.name})

    page, part = (manager.post(url, {"into": kept.name}, headers=more) for more in ({}, HTMX))

    assert (page.status_code, part.status_code) == (409, 409)
    assert b"<html" in page.content and b"<html" not in part.content
    assert b"drawer-body" in part.content and b"Nothing was changed" in part.content
    assert part["HX-Retarget"] == "#drawer"


def test_long_afterwards_it_says_that_it_was_done_already(client, rep):
    factories.handoff(), factories.handoff()
    client.post("/queue/next", {"once": "abc"})
    SentForm.objects.update(done_at=timezone.now() - timedelta(minutes=1))

    answer = client.post("/queue/next", {"once": "abc"})

    assert "You had done this already. Nothing was done again." in said(answer)
    assert Handoff.objects.filter(claimed_by=rep).count() == 1


def test_a_key_is_made_once_and_never_shown_twice():
    client = Client()
    client.force_login(factories.admin())
    typed = {"integration": "Website", "name": "form", "scopes": ["leads:write"], "days": "90"}

    first, second = (client.post("/settings/keys/new", typed | {"once": "a"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 409)
    assert "This was done already" in second.content.decode()


def test_the_token_of_one_person_says_nothing_about_another(client, rep):
    factories.handoff(), factories.handoff()
    colleague = Client()
    colleague.force_login(factories.rep("Marcus Bell"))

    client.post("/queue/next", {"once": "abc"})
    colleague.post("/queue/next", {"once": "abc"})

    assert Handoff.objects.filter(state=HandoffState.CLAIMED).count() == 2


def test_who_must_prove_first_who_they_are_has_done_nothing_yet(client, settings):
    settings.RECENT_SIGN_IN_SECONDS = -1
    person = factories.sales_manager()
    client.force_login(person)

    answer = client.post("/criteria/1/sign", {"once": "abc", "side": "sales"})

    assert answer["Location"].startswith("/account/")
    assert not SentForm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_the_same_moment_one_acts_and_both_are_answered(client, rep):
    factories.handoff(), factories.handoff()

    def press():
        once_more = Client()
        once_more.cookies = client.cookies
        return once_more.post("/queue/next", {"once": "abc"})

    answers = at_once([press, press])

    assert {answer.status_code for answer in answers} == {302}
    assert Handoff.objects.filter(claimed_by=rep).count() == 1


def test_forms_are_forgotten_after_a_day():
    at = timezone.now()
    SentForm.objects.create(key="old", at=at - once.KEPT - timedelta(minutes=1))
    SentForm.objects.create(key="new", at=at)
    assert once.oldest_due(at=at) == at - timedelta(minutes=1)

    assert once.forget_forms(at) == 1

    assert SentForm.objects.get().key == "new"
    assert once.oldest_due(at=at) is None

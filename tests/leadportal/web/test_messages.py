"""A message waits for the next page that shows it; who shows none pays nothing for it."""

import pytest
from django.conf import settings
from django.contrib.messages import middleware as of_django

from leadportal.web import middleware
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(monkeypatch) -> list:
    """The storages that are made."""
    found = []

    def noted(request):
        found.append(request.path)
        return storage(request)

    storage = of_django.default_storage
    monkeypatch.setattr(middleware, "default_storage", noted)
    return found


def test_the_api_makes_no_storage(api, made):
    # With the cookie of a visit, so that it comes by here at all (KeyCallMiddleware).
    cookie = f"{settings.SESSION_COOKIE_NAME}=nobodys"

    posted = api.post("/leads", {"email": "ana@acme.example"}, Cookie=cookie)

    assert posted.status_code == 201
    assert hasattr(posted.wsgi_request, "_messages")
    assert made == []


def test_a_message_waits_for_a_page_and_is_shown_once(client, made):
    lead = factories.lead()
    client.force_login(factories.admin())
    sent = {"why": "Asked to be erased", "typed": lead.email or lead.name}
    erased = client.post(f"/leads/{lead.pk}/erase", sent)
    assert erased.status_code == 302, erased.content
    said = f"The person of lead {lead.pk} is erased."

    made.clear()
    client.get("/healthz")
    assert made == []

    assert said in client.get("/leads").content.decode()
    assert said not in client.get("/leads").content.decode()

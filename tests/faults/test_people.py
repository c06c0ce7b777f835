"""Whoever is shut out is out, in every process at once, and nothing they held stays behind."""

import urllib.error
import urllib.request

import pytest
from django.conf import settings
from django.test import Client

from accounts.keys import keys
from accounts.models import ApiKey
from accounts.people import people
from leads.models import Handoff, Lead
from tests import factories
from tests.processes import eventually

pytestmark = pytest.mark.integration


def opened(url, **headers):
    """Status of an answer, and where it came from in the end."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=20
        ) as page:
            return page.status, page.url
    except urllib.error.HTTPError as answer:
        return answer.code, url


def visit(person):
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def test_who_is_switched_off_is_out_at_the_next_call_and_their_claims_go_back(worker, live_portal):
    rep, admin = factories.rep(), factories.admin()
    held = factories.claimed(rep)
    key, plain = keys.create(factories.integration(), scopes=["leads:read"])
    ApiKey.objects.filter(pk=key.pk).update(created_by=rep)
    leads, cookie = f"{live_portal.url}/api/v1/leads", visit(rep)
    assert opened(f"{live_portal.url}/queue", Cookie=cookie) == (200, f"{live_portal.url}/queue")
    assert opened(leads, Authorization=f"Bearer {plain}")[0] == 200

    people.deactivate(rep, by=admin)

    assert "/account/login/" in opened(f"{live_portal.url}/queue", Cookie=cookie)[1]
    assert opened(leads, Authorization=f"Bearer {plain}")[0] == 401
    eventually(lambda: Handoff.objects.get(pk=held.pk).state == "open")
    assert Lead.objects.get(pk=held.lead_id).owner is None

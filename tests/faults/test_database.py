"""A database that goes away under a page loses nothing of what was typed."""

import re
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from accounts.models import Portal
from accounts.roles import Role
from tests import factories
from tests.concurrently import somebody_waits
from tests.processes import eventually

pytestmark = pytest.mark.integration

# Whoever waits for a lock is disconnected, as by a database that restarts.
END_WHO_WAITS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


class Browser:
    """Opens pages of the portal and sends their forms."""

    def __init__(self, url, person):
        client, name = Client(), settings.SESSION_COOKIE_NAME
        client.force_login(person)
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.opener.addheaders = [("Origin", url), ("Referer", url)]
        self.cookies = {name: client.cookies[name].value}

    def ask(self, path, typed=None):
        """Status, headers and text of the answer in the end."""
        data = typed and urllib.parse.urlencode(typed, doseq=True).encode()
        request = urllib.request.Request(f"{self.url}{path}", data)
        request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers, answer.read().decode()


def hidden(page):
    """The hidden fields of the form that a page gives back."""
    form = page.partition("<main")[2]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: [unescape(v) for n, v in found if n == name] for name, _ in found}


def test_what_was_typed_comes_back_when_the_connection_is_cut_and_is_saved_then(live_portal):
    browser = Browser(live_portal.url, factories.person(Role.SALES_MANAGER))
    Portal.load()
    _, _, page = browser.ask("/settings")
    typed = hidden(page) | {"claim_minutes": "45", "touch_minutes": "90", "held_limit": "8"}

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Portal.objects.select_for_update().get()
        sent = pool.submit(browser.ask, "/settings", typed)
        eventually(somebody_waits)
        with connection.cursor() as cursor:
            cursor.execute(END_WHO_WAITS)
        status, headers, given_back = sent.result(20)

    assert (status, headers["Retry-After"]) == (503, "5")
    assert "This was not saved" in given_back
    assert Portal.load().claim_minutes == 30
    status, _, _ = browser.ask("/settings", hidden(given_back))
    assert status == 200
    row = Portal.load()
    assert (row.claim_minutes, row.touch_minutes, row.held_limit) == (45, 90, 8)

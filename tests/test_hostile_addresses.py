"""Whatever a query string says, the answer is a page or a clear no, never a fault of ours."""

from urllib.parse import quote

import pytest

from accounts.roles import Role
from funnel.versions import current, editing
from leads.queue import queue
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

VALUES = [
    "",
    "nan",
    "-1",
    "1e999",
    "1e49",
    "\0",
    "%",
    "\\",
    "a" * 3000,
    "٣",
    "sql",
    "9" * 23,
    "0000000019999999999999999999",
    "z" * 3000,
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59~1",
    "9999-12-31T23:59:59-23:59~1",
    "2024-01-01T00:00:00+00:00~99999999999999999999999",
    "0001-01-01T00:00:00+23:59~1~1",
    "2024-01-01T00:00:00+00:00~1~99999999999999999999999",
    "1e99999999~1",
    "99999999999999999999999~1",
    "9" * 5000,
]
MOMENTS = ("created_since", "created_until", "updated_since", "updated_until")
PAGES = [
    (Role.SALES, "/queue", ("q", "source", "sort", "at", "after", "before")),
    (Role.SALES, "/queue?sort=value", ("after", "before")),
    (Role.SALES, "/queue/changes", ("since",)),
    (Role.SALES, "/queue/changes?since=0", ("q", "source")),
    (Role.SALES, "/leads", ("search", "after", "before", "sort", "min_total", *MOMENTS)),
    (Role.SALES, "/leads?sort=score", ("after", "before")),
    (Role.SALES, "/leads/{lead}", ("before", "show")),
    (Role.SALES_MANAGER, "/overview", ("from", "to", "period")),
    (Role.SALES_MANAGER, "/settings", ("after", "before")),
    (Role.ADMIN, "/settings/people", ("after", "before")),
    (Role.SALES_MANAGER, "/quality", ("from", "to", "period")),
    (Role.SALES_MANAGER, "/criteria/2/movers", ("from", "to", "after", "scope")),
    (Role.SALES_MANAGER, "/criteria/drafts/2/text", ("at", "line")),
]
POSTS = [
    ("/criteria/drafts", ("from", "voiding")),
    ("/criteria/drafts/2", ("read_hash", "voiding", "mql", "sql")),
    ("/criteria/drafts/2/text", ("read_hash", "voiding", "text")),
    ("/criteria/2/sign", ("read_hash", "side")),
    ("/criteria/2/switch-on", ("count", "new_sqls", "when")),
    ("/criteria/1/replay", ("lead",)),
    ("/leads/{lead}/override", ("stage", "until", "reason")),
    ("/leads/{lead}/adjust", ("points", "kind", "until")),
]
LISTS = [
    ("/leads", ("cursor", "order", "limit", "search", "stage", "min_total", *MOMENTS)),
    ("/leads?order=-total", ("cursor",)),
    ("/leads/{lead}/history", ("cursor", "order", "limit")),
    ("/leads/{lead}/events", ("cursor", "limit")),
    ("/handoffs", ("cursor", "order", "limit", "state", "lead", "queue")),
    ("/criteria", ("cursor", "order", "limit", "state")),
    ("/criteria?order=number", ("cursor",)),
    ("/schema", ("version", "lang", "format")),
]


def addresses(path: str, names: tuple[str, ...], lead: int) -> list[str]:
    path = path.format(lead=lead)
    joined = f"{path}{'&' if '?' in path else '?'}"
    return [f"{joined}{name}={quote(value)}" for name in names for value in VALUES]


@pytest.mark.parametrize(("role", "path", "names"), PAGES, ids=[path for _, path, _ in PAGES])
def test_no_page_breaks_on_a_hostile_query(client, role, path, names):
    client.raise_request_exception = False
    waits = factories.handoff()
    editing.draft(current.live().content, author=None)
    client.force_login(factories.rep() if role is Role.SALES else factories.person(role))

    for address in addresses(path, names, waits.lead_id):
        assert client.get(address).status_code < 500, address


@pytest.mark.parametrize(("path", "names"), POSTS, ids=[path for path, _ in POSTS])
def test_no_form_breaks_on_hostile_words(client, path, names):
    client.raise_request_exception = False
    lead = factories.lead(stage="mql")
    editing.draft(current.live().content, author=None)
    client.force_login(factories.person(Role.SALES_MANAGER))

    for name in names:
        for value in VALUES:
            answer = client.post(path.format(lead=lead.pk), {name: value})
            assert answer.status_code < 500, (name, value[:40])


@pytest.mark.parametrize(("path", "names"), LISTS, ids=[path for path, _ in LISTS])
def test_no_list_of_the_api_breaks_on_a_hostile_query(path, names):
    api, lead = Api(), factories.handoff().lead_id

    for address in addresses(path, names, lead):
        answer = api.get(address)
        assert answer.status_code < 500, address
        assert "\0" not in str(answer.headers), address


@pytest.mark.parametrize("token", ["e1", "2-1", "0-1"])
def test_a_token_that_names_other_than_its_count_of_rows_is_none_of_ours(token):
    with pytest.raises(ValueError, match=token):
        queue.ListState.read(token)


@pytest.mark.parametrize("url", ["x", "leads", "[]", "\r\nSet-Cookie: x=y", "//evil.example", "٣"])
def test_where_to_go_after_the_theme_is_an_address_of_ours_or_home(client, url):
    answer = client.post("/theme", {"theme": "dark", "next": url})

    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert "\n" not in answer["Location"]

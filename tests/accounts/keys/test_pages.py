import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.keys import keys
from accounts.models import ApiKey, Integration
from accounts.roles import Role
from funnel.stages import Stage
from leads.judging import due
from leads.models import Lead

TYPED = {
    "integration": "Website forms",
    "name": "contact page",
    "scopes": ["leads:write", "events:write"],
    "source": "Website",
    "days": "365",
}
READERS = [Role.MARKETING_MANAGER, Role.SALES_MANAGER]
STRANGERS = [Role.SALES, Role.MARKETING]


@pytest.fixture
def key(integration: Integration) -> ApiKey:
    return keys.create(integration, scopes=["leads:write"], name="contact page")[0]


def test_the_key_is_shown_once_with_a_call_that_uses_it(client_of):
    admin = client_of(Role.ADMIN)

    answer = admin.post("/settings/keys/new", TYPED)

    page = answer.content.decode()
    assert answer.status_code == 201
    plain = re.search(r'value="(lp_test_[0-9A-Za-z_]+)"', page)[1]
    row = keys.find_key(plain)
    assert (row.integration.name, row.name, row.source) == (
        "Website forms",
        "contact page",
        "Website",
    )
    assert row.scopes == ["leads:write", "events:write"]
    assert row.created_by.roles == ["admin"]
    assert row.expires_at - row.created_at == timedelta(days=365)
    assert f"Authorization: Bearer {plain}" in page.replace("&quot;", '"')
    assert plain not in admin.get("/settings/keys").content.decode()


def test_a_key_that_may_not_send_leads_shows_no_call_that_does(client_of):
    answer = client_of(Role.ADMIN).post("/settings/keys/new", TYPED | {"scopes": ["leads:read"]})

    assert answer.status_code == 201
    assert "curl" not in answer.content.decode()


def test_a_key_for_a_known_system_joins_it(client_of, integration):
    client_of(Role.ADMIN).post("/settings/keys/new", TYPED | {"integration": "website FORMS"})

    assert ApiKey.objects.get().integration == integration


def test_the_list_says_in_words_what_a_key_may(client_of, integration):
    keys.create(integration, scopes=["leads:write", "metrics:read"])

    page = client_of(Role.ADMIN).get("/settings/keys").content.decode()

    assert "Send leads in<br>Read the numbers of Quality and Overview" in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("integration", "", "Enter the system that will use the key"),
        ("integration", "x" * 81, "at most 80 characters"),
        ("scopes", [], "Tick at least one thing"),
        ("scopes", ["leads:destroy"], "Select a valid choice"),
        ("days", "99999", "Select a valid choice"),
    ],
)
def test_a_wrong_form_makes_no_key_and_says_why(client_of, field, typed, said):
    answer = client_of(Role.ADMIN).post("/settings/keys/new", TYPED | {field: typed})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("role", READERS)
def test_managers_read_who_may_call_us_and_change_nothing(client_of, key, role):
    manager = client_of(role)

    page = manager.get("/settings/keys").content.decode()

    assert "contact page" in page
    assert "Delete" not in page
    assert "Create key" not in page
    assert manager.post("/settings/keys/new", TYPED).status_code == 403
    assert manager.post(f"/settings/keys/{key.pk}/delete").status_code == 403
    assert ApiKey.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("role", STRANGERS)
def test_others_see_no_keys(client_of, key, role):
    client = client_of(role)

    for url in ("/settings/keys", "/settings/keys/new", f"/settings/keys/{key.pk}/delete"):
        assert client.get(url).status_code == 403
        assert client.post(url).status_code in {403, 405}


def test_deleting_asks_first_and_names_the_last_use(client_of, key):
    keys.touch(key, at=timezone.now() - timedelta(minutes=2, seconds=5))
    admin = client_of(Role.ADMIN)

    page = admin.get(f"/settings/keys/{key.pk}/delete").content.decode()

    assert "Delete the key “contact page”?" in page
    assert "It was used 2 min ago." in page
    assert "Keep it" in page
    assert keys.key_state(ApiKey.objects.get()) is keys.State.USABLE


def test_a_key_is_made_strict_and_forgiving_again(client_of, key):
    admin = client_of(Role.ADMIN)

    page = admin.post(f"/settings/keys/{key.pk}/strict", {"strict": "yes"}, follow=True)
    assert ApiKey.objects.get().strict
    assert "refuses a lead over one value that is not understood" in page.content.decode()
    assert "Be forgiving" in page.content.decode()

    admin.post(f"/settings/keys/{key.pk}/strict", {"strict": "no"})
    assert not ApiKey.objects.get().strict


def test_a_key_may_be_strict_from_the_start(client_of):
    client_of(Role.ADMIN).post("/settings/keys/new", TYPED | {"strict": "on"})

    assert ApiKey.objects.get().strict


def test_a_deleted_key_is_made_nothing_any_more(client_of, key):
    keys.revoke(key)

    assert client_of(Role.ADMIN).post(f"/settings/keys/{key.pk}/strict").status_code == 404
    assert not keys.set_strict(key, True)


def test_a_deleted_key_is_closed_and_stays_in_the_record(client_of, key):
    admin = client_of(Role.ADMIN)

    page = admin.post(f"/settings/keys/{key.pk}/delete", follow=True).content.decode()

    assert keys.key_state(ApiKey.objects.get()) is keys.State.REVOKED
    assert "Deleted “contact page”. Calls with it are refused from now on." in page
    assert admin.post(f"/settings/keys/{key.pk}/delete").status_code == 404


def test_without_keys_the_page_says_what_they_are_for(client_of):
    page = client_of(Role.ADMIN).get("/settings/keys").content.decode()

    assert "Forms and ad platforms need one." in page
    assert "curl -X POST http://127.0.0.1:8000/api/v1/leads" in page


def test_an_expired_key_is_marked(client_of, integration):
    keys.create(integration, scopes=["leads:read"], days=1, at=timezone.now() - timedelta(days=2))

    assert "expired" in client_of(Role.ADMIN).get("/settings/keys").content.decode()


def test_more_keys_ask_the_database_no_more(client_of, person, django_assert_num_queries):
    maker = person(Role.ADMIN, email="maker@example.com")
    for number in range(12):
        system = keys.integration_named(f"System {number}")
        keys.create(system, scopes=["leads:read"], by=maker)
    admin = client_of(Role.ADMIN)
    admin.get("/settings/keys")

    # Session, person, settings for the zone, keys in use, keys deleted.
    with django_assert_num_queries(5):
        admin.get("/settings/keys")


def test_a_name_with_markup_stays_text(client_of):
    answer = client_of(Role.ADMIN).post(
        "/settings/keys/new", TYPED | {"integration": "<script>alert(1)</script>"}
    )

    assert "<script>alert" not in answer.content.decode()


def test_the_calls_shown_with_a_key_make_the_first_sql(client_of, client):
    page = client_of(Role.ADMIN).post("/settings/keys/new", TYPED).content.decode()
    shown = html.unescape(page)
    key = re.search(r"Authorization: (Bearer \w+)", shown)[1]
    calls = re.findall(r"curl -X POST \S+?(/api/v1/\w+) .*?-d '(.*?)'", shown, re.DOTALL)

    answers = [
        client.post(url, body, content_type="application/json", headers={"Authorization": key})
        for url, body in calls
    ]
    due.drain()

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Lead.objects.get().stage == Stage.SQL

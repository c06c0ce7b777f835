from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory

from accounts import policy
from accounts.context import nav
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Role

MANAGER = ["Overview", "Leads", "Rejections", "Criteria", "Settings", "API keys"]
NAVIGATION = {
    (Role.SALES,): ["Queue", "Leads", "Criteria"],
    (Role.MARKETING,): ["Quality", "Leads", "Rejections", "Criteria"],
    (Role.MARKETING_MANAGER,): MANAGER,
    (Role.SALES_MANAGER,): MANAGER,
    (Role.ADMIN,): ["Overview", "Leads", "Criteria", "Settings", "API keys"],
    (Role.SALES, Role.SALES_MANAGER): [
        "Queue",
        "Overview",
        "Leads",
        "Rejections",
        "Criteria",
        "Settings",
        "API keys",
    ],
    (Role.MARKETING, Role.SALES): ["Queue", "Quality", "Leads", "Rejections", "Criteria"],
}


def test_every_action_has_its_roles():
    assert set(policy.ALLOWED) == set(Action)
    assert all(policy.ALLOWED.values())


@pytest.mark.parametrize(("roles", "labels"), NAVIGATION.items())
def test_navigation_by_role_is_the_union_in_one_order(roles, labels):
    user = User(roles=[*roles])

    assert [place.label for place in policy.places(user)] == labels


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ([Role.SALES], "queue"),
        ([Role.MARKETING], "quality"),
        ([Role.MARKETING_MANAGER], "overview"),
        ([Role.SALES_MANAGER], "overview"),
        ([Role.ADMIN], "overview"),
        ([Role.SALES_MANAGER, Role.SALES], "queue"),
    ],
)
def test_people_land_on_the_first_page_of_their_navigation(roles, page):
    assert policy.landing(User(roles=roles)) == page


def test_navigation_names_only_pages_that_open():
    opens = {
        "queue": Action.OPEN_QUEUE,
        "quality": Action.OPEN_QUALITY,
        "overview": Action.OPEN_OVERVIEW,
        "leads": Action.OPEN_LEADS,
        "rejections": Action.READ_REJECTIONS,
        "criteria": Action.OPEN_CRITERIA,
        "settings": Action.OPEN_SETTINGS,
        "keys": Action.OPEN_KEYS,
    }

    for place in policy.NAVIGATION:
        assert place.roles <= policy.ALLOWED[opens[place.url_name]], place.label


def test_every_place_has_a_letter_of_its_own():
    letters = [place.key for place in policy.NAVIGATION]

    assert len(set(letters)) == len(letters)


def test_only_admins_change_settings_and_keys():
    for action in (Action.EDIT_SETTINGS, Action.EDIT_KEYS):
        assert policy.ALLOWED[action] == {Role.ADMIN}


def test_a_refusal_is_a_sentence():
    assert policy.only(policy.ALLOWED[Action.OPEN_QUEUE], Action.OPEN_QUEUE) == (
        "Only sales reps and sales managers can open the queue."
    )


def test_the_longest_address_is_the_current_place(rf: RequestFactory):
    request = rf.get("/settings/keys/new")
    request.user = User(roles=[Role.ADMIN])

    current = [item["label"] for item in nav(request) if item["current"]]

    assert current == ["API keys"]


def test_a_count_of_a_package_above_shows_in_the_navigation(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(policy.NAV_COUNTS, "queue", lambda user: 7)
    request = rf.get("/queue")
    request.user = User(roles=[Role.SALES])

    assert [item["count"] for item in nav(request)] == [7, 0, 0]


def test_home_leads_to_the_page_of_the_role(client_of: Callable[..., Client]):
    assert client_of(Role.SALES).get("/")["Location"] == "/queue"
    assert client_of(Role.MARKETING).get("/")["Location"] == "/quality"
    assert client_of(Role.ADMIN).get("/")["Location"] == "/overview"


def test_home_asks_a_stranger_to_sign_in(client: Client):
    assert client.get("/")["Location"] == "/account/login/?next=/"

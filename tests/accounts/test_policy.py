from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts import policy
from accounts.context import nav
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Role

MINE = ["My leads", "Follow-ups", "My results"]
MANAGER = ["Overview", "Leads", "Rejections", "Criteria", "Settings", "API keys"]
NAVIGATION = {
    (Role.SALES,): ["Queue", *MINE],
    (Role.MARKETING,): ["Quality", "Leads", "Rejections", "Criteria"],
    (Role.MARKETING_MANAGER,): MANAGER,
    (Role.SALES_MANAGER,): MANAGER,
    (Role.ADMIN,): ["Overview", "Leads", "Criteria", "Settings", "API keys"],
    (Role.SALES, Role.SALES_MANAGER): [
        "Queue",
        *MINE,
        "Overview",
        "Leads",
        "Rejections",
        "Criteria",
        "Settings",
        "API keys",
    ],
    (Role.MARKETING, Role.SALES): ["Queue", *MINE, "Quality", "Leads", "Rejections", "Criteria"],
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
        "my-leads": Action.WORK_HANDOFFS,
        "follow-ups": Action.WORK_HANDOFFS,
        "my-results": Action.WORK_HANDOFFS,
        "quality": Action.OPEN_QUALITY,
        "overview": Action.OPEN_OVERVIEW,
        "leads": Action.OPEN_LEADS,
        "duplicates": Action.MERGE_LEADS,
        "fields": Action.OPEN_FIELDS,
        "rejections": Action.READ_REJECTIONS,
        "criteria": Action.OPEN_CRITERIA,
        "settings": Action.OPEN_SETTINGS,
        "keys": Action.OPEN_KEYS,
        "people": Action.EDIT_PEOPLE,
    }

    for place in policy.NAVIGATION:
        assert place.roles | place.beside <= policy.ALLOWED[opens[place.url_name]], place.label


def test_every_place_has_a_letter_of_its_own():
    letters = [place.key for place in policy.NAVIGATION]

    assert len(set(letters)) == len(letters)


def test_only_admins_change_settings_and_keys_and_erase_people():
    for action in (Action.EDIT_SETTINGS, Action.EDIT_KEYS, Action.ERASE_LEADS):
        assert policy.ALLOWED[action] == {Role.ADMIN}


def test_a_refusal_is_a_sentence():
    assert policy.only(policy.ALLOWED[Action.OPEN_QUEUE], Action.OPEN_QUEUE) == (
        "Only sales reps and sales managers can open the queue."
    )


@pytest.mark.django_db
def test_the_longest_address_is_the_current_place(rf: RequestFactory):
    request = rf.get("/settings/keys/new")
    request.user = User(roles=[Role.ADMIN])

    current = [item["label"] for item in nav(request) if item["current"]]

    assert current == ["API keys"]


def test_counts_of_packages_above_show_in_the_navigation_for_one_query(
    rf: RequestFactory,
    monkeypatch: pytest.MonkeyPatch,
    person: Callable[..., User],
    django_assert_num_queries: Callable[..., Any],
):
    person(Role.SALES), person(Role.ADMIN)
    everybody = lambda user, until: User.objects.all()  # noqa: E731
    nobody = lambda user, until: User.objects.none()  # noqa: E731
    counts = {"queue": everybody, "my-leads": nobody, "follow-ups": everybody}
    monkeypatch.setattr(policy, "NAV_COUNTS", counts)
    request = rf.get("/queue")
    request.user = User(roles=[Role.SALES])

    with django_assert_num_queries(1):
        found = [item["count"] for item in nav(request)]

    assert found == [2, 0, 2, 0]


def test_what_is_beside_the_navigation_is_within_reach_once():
    rep, both = User(roles=[Role.SALES]), User(roles=[Role.SALES, Role.MARKETING])

    reached = [place.label for place in policy.within_reach(rep)]

    assert reached == ["Queue", *MINE, "Leads", "Criteria"]
    beside = policy.within_reach(both)[len(policy.places(both)) :]
    assert [place.label for place in beside] == ["Duplicates", "Fields"]


def test_home_leads_to_the_page_of_the_role(client_of: Callable[..., Client]):
    assert client_of(Role.SALES).get("/")["Location"] == "/queue"
    assert client_of(Role.MARKETING).get("/")["Location"] == "/quality"
    assert client_of(Role.ADMIN).get("/")["Location"] == "/overview"


def test_home_asks_a_stranger_to_sign_in(client: Client):
    assert client.get("/")["Location"] == "/account/login/?next=/"

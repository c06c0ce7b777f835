"""Leads that could not be judged: listed with the kind of error, and tried again."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.roles import Role
from leads.judging import due, parked
from leads.models import Judgement, Lead
from tests import factories

pytestmark = pytest.mark.django_db


def park(lead: Lead, error: str = "DataError 22003") -> Lead:
    rows = Judgement.objects.filter(pk=lead.pk)
    rows.update(parked_error=error, attempts=5, rescore_at=None)
    return lead


@pytest.fixture
def maya() -> Lead:
    return park(factories.lead("Maya Parked"))


def is_parked(lead: Lead) -> bool:
    return Judgement.objects.exclude(parked_error="").filter(pk=lead.pk).exists()


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("parked", *arguments, stdout=out)
    return out.getvalue()


def test_the_page_lists_them_with_their_error_whichever_version_judged_them(maya, as_user):
    html = as_user(factories.person(Role.ADMIN)).get("/leads/parked").content.decode()

    assert "Maya Parked" in html
    assert "DataError 22003" in html
    assert f'value="{maya.pk}">Try again' in html


def test_one_is_tried_again_and_judged(maya, as_user):
    other = park(factories.lead())
    client = as_user(factories.person(Role.MARKETING_MANAGER))

    answer = client.post("/leads/parked/replay", {"lead": maya.pk}, follow=True)

    assert "Maya Parked will be judged again." in answer.content.decode()
    due.drain()
    assert not is_parked(maya)
    assert Judgement.objects.get(pk=maya.pk).scored_at
    assert is_parked(other)
    # Whoever comes second is told, and sets nothing back.
    said = client.post("/leads/parked/replay", {"lead": maya.pk}, follow=True).content.decode()
    assert "Somebody let Maya Parked try again before." in said


def test_all_are_tried_again(maya, as_user):
    park(factories.lead())

    answer = as_user(factories.person(Role.ADMIN)).post(
        "/leads/parked/replay", {"all": "1"}, follow=True
    )

    html = answer.content.decode()
    assert "2 leads will be judged again." in html
    assert "Every lead can be judged." in html


def test_who_lets_all_try_again_after_somebody_else_is_told_so(maya, as_user):
    admin = as_user(factories.person(Role.ADMIN))
    admin.post("/leads/parked/replay", {"all": "1"})

    late = admin.post("/leads/parked/replay", {"all": "1"}, follow=True).content.decode()

    assert "Somebody let them all try again before." in late
    assert "0 leads" not in late


def test_who_may_not_is_refused_and_what_is_not_there_is_not_found(maya, as_user):
    assert as_user(factories.person(Role.SALES)).get("/leads/parked").status_code == 403
    assert (
        as_user(factories.person(Role.MARKETING))
        .post("/leads/parked/replay", {"all": 1})
        .status_code
        == 403
    )
    admin = as_user(factories.person(Role.ADMIN))
    assert admin.get("/leads/parked/replay").url == reverse("parked")
    for lead in ("", "x", "999999999"):
        assert admin.post("/leads/parked/replay", {"lead": lead}).status_code == 404
    assert is_parked(maya)


def test_the_page_asks_as_much_for_many_as_for_one(maya, as_user, django_assert_max_num_queries):
    client = as_user(factories.person(Role.ADMIN))
    client.get("/leads/parked")
    for _ in range(9):
        park(factories.lead())

    with django_assert_max_num_queries(9):
        html = client.get("/leads/parked").content.decode()

    assert html.count("Try again") == 10


def test_the_command_lists_ids_and_errors_but_no_names(maya):
    said = run()

    assert said.startswith(f"{maya.pk}  DataError 22003  ")
    assert "Maya" not in said


def test_the_command_lets_them_try_again(maya):
    other = park(factories.lead())

    with pytest.raises(CommandError, match="Not parked: 999999. Nothing was changed."):
        run("--replay", str(maya.pk), "999999")
    assert is_parked(maya)

    assert run("--replay", str(maya.pk)) == "1 lead will be judged again.\n"
    assert (is_parked(maya), is_parked(other)) == (False, True)
    assert run("--replay-all") == "1 lead will be judged again.\n"
    assert run() == ""


def test_what_was_merged_or_removed_does_not_count(maya):
    assert parked.count() == 1
    factories.merged(park(factories.lead()), factories.lead())

    assert parked.count() == 1

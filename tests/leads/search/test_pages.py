"""The search as a page, and as the list of the palette."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from leads.models import Lead
from leads.search.commands import How, commands
from leads.search.recent import MOST, recent, remember
from tests import factories
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def test_leads_come_first_and_then_commands(as_user: As) -> None:
    lead = factories.lead("Leander Quality")

    html = as_user(factories.marketer()).get("/search?q=quality", headers=HTMX).content.decode()

    assert html.index(f'data-href="/leads/{lead.pk}"') < html.index('data-href="/quality"')
    assert "<kbd>G</kbd><kbd>U</kbd>" in html
    assert "<html" not in html


def test_the_page_works_by_itself(as_user: As, rep: User) -> None:
    lead = factories.handoff().lead

    html = as_user(rep).get("/search", {"q": "maya"}).content.decode()

    assert f'href="/leads/{lead.pk}"' in html
    assert 'role="search"' in html and 'value="maya"' in html


def test_without_words_it_shows_whom_one_looked_at_last(as_user: As, rep: User) -> None:
    client = as_user(rep)
    names = ["Maya Lindqvist", "Arjun Mehta"]
    leads = [factories.handoff(factories.lead(name, stage="sql", fit=49)).lead for name in names]
    for lead in [*leads, leads[0]]:
        client.get(f"/leads/{lead.pk}")

    page = client.get("/search", headers=HTMX)

    assert [lead.name for lead in page.context["leads"]] == names
    assert b"You looked at" in page.content


def test_whom_one_may_see_no_more_is_not_shown_again(as_user: As, rep: User) -> None:
    held = factories.claimed(rep, queue=factories.Queue.objects.create(name="Nordics"))
    client = as_user(rep)
    client.get(f"/leads/{held.lead_id}")
    held.claimed_by = factories.rep("Piet Vos")
    held.save()
    Lead.objects.filter(pk=held.lead_id).update(owner=held.claimed_by)

    assert client.get("/search", headers=HTMX).context["leads"] == []


def test_a_few_are_remembered_and_looking_twice_writes_nothing() -> None:
    session: dict[str, object] = {}
    for number in range(MOST + 3):
        remember(session, number)
    before = session["recent_leads"]
    remember(session, MOST + 2)

    assert session["recent_leads"] is before
    assert recent(session) == [8, 7, 6, 5, 4, 3]


def test_a_foreign_lead_is_masked_on_both(as_user: As, rep: User) -> None:
    lead = factories.lead("Maya Lindqvist", email="maya@bright.example", phone="+46401234567")
    client = as_user(rep)

    for how in ({}, HTMX):
        page = client.get("/search", {"q": "maya@bright.example"}, headers=how)
        html = page.content.decode().replace("maya@bright.example", "")
        assert "M… L…" in html and "Brightwater Foods" in html
        assert "Lindqvist" not in html and "4640" not in html
        assert f"/leads/{lead.pk}" not in html


@pytest.mark.parametrize("role", Role)
def test_commands_are_what_the_person_may_do(as_user: As, role: Role) -> None:
    person = factories.person(role)
    client = as_user(person)

    offered = commands(person)

    for command in offered:
        if command.how is How.GO:
            assert client.get(command.to).status_code in (200, 302), command.label
    takes = [command for command in offered if command.how is How.POST]
    assert bool(takes) == (role in (Role.SALES, Role.SALES_MANAGER))
    assert {"Sign out", "Switch between light and dark"} <= {one.label for one in offered}


def test_a_command_is_found_by_words_in_any_order() -> None:
    rep = factories.rep()

    assert [one.label for one in commands(rep, "leads my")] == ["Go to My leads"]
    assert commands(rep, "fly") == []


def test_nothing_found_says_so(as_user: As, rep: User) -> None:
    client = as_user(rep)

    assert (
        "Nothing is called “xyzzy”." in client.get("/search?q=xyzzy", headers=HTMX).content.decode()
    )
    assert (
        "No lead you may see is called “xyzzy”." in client.get("/search?q=xyzzy").content.decode()
    )


@pytest.mark.parametrize("how", [{}, HTMX])
def test_it_costs_the_same_however_many_are_found(as_user: As, how: dict[str, str]) -> None:
    client = as_user(factories.rep())

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/search?q=maya lindqvist", headers=how)
        return len(asked)

    factories.handoff()
    client.get("/search")
    few = queries()
    for _ in range(5):
        factories.handoff()
        factories.lead()

    assert queries() <= few <= 12

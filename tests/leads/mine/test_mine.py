"""What a rep holds, in groups by what each lead needs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from funnel.stages import Stage
from leads.handoffs import touches, verdicts
from leads.mine import mine
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
HOUR = timedelta(hours=1)


def touched(rep: User, name: str) -> object:
    lead = factories.lead(name, stage=Stage.CLAIMED, fit=49, intent=40, owner=rep)
    held = factories.claimed(rep, lead, at=timezone.now() - HOUR)
    touches.log_touch(held, rep, channel="call", result="talked")
    return held


def informed(rep: User, name: str) -> object:
    held = touched(rep, name)
    factories.bant(held.lead, rep)
    return held


def named(rep: User, name: str, ago: timedelta) -> object:
    lead = factories.lead(name, stage=Stage.CLAIMED, fit=49, intent=40, owner=rep)
    return factories.claimed(rep, lead, at=timezone.now() - ago)


def shown(page: object) -> dict[str, list[str]]:
    return {group.title: [str(row.lead) for row in group.rows] for group in page.context["groups"]}


def test_the_most_urgent_group_and_row_come_first(as_user: As, rep: User) -> None:
    named(rep, "Arjun Mehta", HOUR)
    named(rep, "Maya Lindqvist", 3 * HOUR)
    named(rep, "Sofia Marchetti", 5 * HOUR)
    named(rep, "Kwame Boateng", HOUR / 2)
    informed(rep, "Jack Doyle")
    factories.bant(touched(rep, "Ruth Bakker").lead, rep, known=2)
    factories.claimed(factories.rep("Piet Vos"))

    page = as_user(rep).get("/leads/mine")

    assert shown(page) == {
        "Late": ["Sofia Marchetti", "Maya Lindqvist"],
        "Needs first touch": ["Arjun Mehta", "Kwame Boateng"],
        "Needs BANT": ["Ruth Bakker"],
        "Waiting": ["Jack Doyle"],
    }
    assert b"2 of 4 known; Accept asks for 3." in page.content
    assert str(page.context["current"].lead) == "Sofia Marchetti"


def test_who_waits_is_in_the_order_of_what_is_planned(as_user: As, rep: User) -> None:
    later, sooner = informed(rep, "Arjun Mehta"), informed(rep, "Maya Lindqvist")
    informed(rep, "Sofia Marchetti")
    factories.follow_up(rep, later.lead, ahead=3 * HOUR)
    factories.follow_up(rep, sooner.lead, ahead=HOUR)

    page = as_user(rep).get("/leads/mine")

    assert shown(page)["Waiting"] == ["Maya Lindqvist", "Arjun Mehta", "Sofia Marchetti"]


def test_accepted_leads_are_held_until_they_are_settled(rep: User) -> None:
    accepted, sent_back = informed(rep, "Maya Lindqvist"), touched(rep, "Jack Doyle")
    verdicts.accept(accepted, rep)
    verdicts.reject(sent_back, rep, reason=factories.reason())

    assert [str(row.lead) for row in mine.rows(rep)] == ["Maya Lindqvist"]
    verdicts.advance(accepted.lead, rep, to=Stage.LOST, reason="No budget")
    assert mine.rows(rep) == []


def test_who_holds_nothing_reads_what_waits(as_user: As, rep: User) -> None:
    client = as_user(rep)
    assert "Nothing waits in the queue either." in client.get("/leads/mine").content.decode()

    factories.handoff()
    one = client.get("/leads/mine").content.decode()
    factories.handoff()
    two = client.get("/leads/mine").content.decode()

    assert "You hold nothing." in one and "1 waits in the queue." in one
    assert "2 wait in the queue." in two
    assert "Take next" in two


def test_the_navigation_counts_what_waits_for_its_first_touch(rep: User) -> None:
    named(rep, "Maya Lindqvist", HOUR)
    touched(rep, "Jack Doyle")

    assert mine.untouched(rep).count() == 1


def test_a_row_logs_a_touch_of_its_own_lead(as_user: As, rep: User) -> None:
    first, second = named(rep, "Maya Lindqvist", HOUR), named(rep, "Arjun Mehta", HOUR / 2)

    html = as_user(rep).get("/leads/mine").content.decode()

    rows = html.split('<li class="q-row')[1:]
    for held, row in zip((first, second), rows, strict=True):
        assert f"/handoffs/{held.pk}/touch" in row


def test_the_list_costs_the_same_whatever_its_length(as_user: As, rep: User) -> None:
    client = as_user(rep)
    client.get("/leads/mine")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/leads/mine")
        return len(asked)

    factories.claimed(rep)
    touched(rep, "Jack Doyle")
    few = queries()
    for number in range(4):
        factories.claimed(rep)
        touched(rep, f"Person {number}")

    assert queries() == few <= 12

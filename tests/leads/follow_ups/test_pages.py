"""The page of follow-ups: by day, overdue first; done and put off with one tap."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from leadportal.db import clock
from leads.follow_ups import follow_ups
from leads.models import FollowUp, Touch
from tests import factories
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
DAY = timedelta(days=1)


def labels(page: object) -> list[tuple[str, int]]:
    return [(day.label, len(day.rows)) for day in page.context["days"]]


def test_it_is_by_day_and_what_is_late_stands_first(as_user: As, rep: User) -> None:
    ends = clock.day_end(timezone.now())
    factories.follow_up(rep, due_at=ends + timedelta(hours=9))
    factories.follow_up(rep, due_at=ends - timedelta(seconds=1))
    factories.follow_up(rep, due_at=timezone.now() - DAY)
    factories.follow_up(rep, due_at=ends + 3 * DAY)
    factories.follow_up(factories.rep("Piet Vos"))

    page = as_user(rep).get("/followups")

    assert labels(page)[:3] == [("Overdue", 1), ("Today", 1), ("Tomorrow", 1)]
    assert len(labels(page)) == 4
    assert page.content.decode().count('aria-current="true"') == 1


def test_nothing_due_today_says_what_is_tomorrow(as_user: As, rep: User) -> None:
    ends = clock.day_end(timezone.now())
    for _ in range(3):
        factories.follow_up(rep, due_at=ends + timedelta(hours=9))

    assert "Nothing due today. 3 tomorrow." in as_user(rep).get("/followups").content.decode()


def test_nothing_planned_says_where_follow_ups_come_from(as_user: As, rep: User) -> None:
    page = as_user(rep).get("/followups").content.decode()

    assert "Nothing due today, and nothing planned." in page
    assert "/leads/mine" in page


def test_done_takes_it_off_the_list(as_user: As, rep: User) -> None:
    planned = factories.follow_up(rep)
    client = as_user(rep)

    answer = client.post(f"/followups/{planned.pk}/done")

    assert answer["Location"] == "/followups"
    assert labels(client.get("/followups")) == []


def test_done_twice_is_a_409_with_the_way_on(as_user: As, rep: User) -> None:
    planned = factories.follow_up(rep)
    follow_ups.done(planned, rep)

    answer = as_user(rep).post(f"/followups/{planned.pk}/done")

    assert answer.status_code == 409
    assert b"not open any more" in answer.content


def test_an_address_that_posts_leads_a_reader_to_the_page(as_user: As, rep: User) -> None:
    planned = factories.follow_up(rep)

    assert as_user(rep).get(f"/followups/{planned.pk}/done")["Location"] == "/followups"
    planned.refresh_from_db()
    assert planned.done_at is None


def test_it_is_put_off_by_one_of_the_times_that_are_offered(as_user: As, rep: User) -> None:
    planned = factories.follow_up(rep)
    client = as_user(rep)
    drawer = client.get(f"/followups/{planned.pk}/snooze", headers=HTMX)
    offered = re.findall(r'name="until" value="([^"]+)"', drawer.content.decode())

    answer = client.post(f"/followups/{planned.pk}/snooze", {"until": offered[-1]}, headers=HTMX)

    assert answer["HX-Redirect"] == "/followups"
    planned.refresh_from_db()
    assert (
        planned.due_at.isoformat()[:16]
        == follow_ups.choices(planned.lead, timezone.now())["week"]
        .astimezone(planned.due_at.tzinfo)
        .isoformat()[:16]
    )


@pytest.mark.parametrize("until", ["", "soon", "2026-01-01T00:00", "2020-01-01T00:00:00+00:00"])
def test_a_time_that_is_none_is_told_in_the_drawer(as_user: As, rep: User, until: str) -> None:
    planned = factories.follow_up(rep)

    answer = as_user(rep).post(f"/followups/{planned.pk}/snooze", {"until": until}, headers=HTMX)

    assert answer.status_code == 422
    planned.refresh_from_db()
    assert planned.due_at > timezone.now()


def test_a_follow_up_is_planned_from_the_lead_and_shows_there(as_user: As, rep: User) -> None:
    held = factories.claimed(rep)
    client = as_user(rep)
    due = (timezone.localtime() + 2 * DAY).replace(hour=14, minute=30)

    answer = client.post(
        f"/leads/{held.lead_id}/follow-up",
        {"due_at": f"{due:%Y-%m-%dT%H:%M}", "note": "Send the offer"},
    )

    assert answer["Location"] == f"/leads/{held.lead_id}"
    assert "Send the offer" in client.get(f"/leads/{held.lead_id}").content.decode()
    assert b"Send the offer" in client.get("/followups").content


def test_a_manager_reads_it_on_the_lead_and_plans_nothing_there(as_user: As, rep: User) -> None:
    held = factories.claimed(rep)
    factories.follow_up(rep, held.lead, note="Send the offer")
    client = as_user(factories.sales_manager())

    page = client.get(f"/leads/{held.lead_id}").content.decode()
    refused = client.post(
        f"/leads/{held.lead_id}/follow-up",
        {"offered": (timezone.now() + DAY).isoformat()},
    )

    assert "Send the offer" in page and str(rep) in page
    assert "Plan one" not in page
    assert refused.status_code == 422
    assert b"You do not hold" in refused.content


def test_the_touch_form_offers_the_next_try_and_plans_none_unless_asked(
    as_user: As, rep: User
) -> None:
    held = factories.claimed(rep)
    client = as_user(rep)
    form = client.get(f"/handoffs/{held.pk}/touch").content.decode()
    offered = re.findall(r'name="next_try" value="([^"]*)"', form)
    assert "Tomorrow, 09:00" in form
    touch = {"channel": "call", "result": "no_answer"}

    client.post(f"/handoffs/{held.pk}/touch", touch)
    assert not FollowUp.objects.exists()
    client.post(f"/handoffs/{held.pk}/touch", touch | {"next_try": offered[-2]})

    assert (
        FollowUp.objects.get().due_at == follow_ups.choices(held.lead, timezone.now())["tomorrow"]
    )
    assert Touch.objects.count() == 2


def test_a_next_try_chosen_before_it_was_the_wrong_person_is_left(as_user: As, rep: User) -> None:
    held = factories.claimed(rep)
    client = as_user(rep)
    form = client.get(f"/handoffs/{held.pk}/touch").content.decode()
    offered = re.findall(r'name="next_try" value="([^"]*)"', form)
    touch = {"channel": "call", "result": "wrong_person", "next_try": offered[-1]}

    answer = client.post(f"/handoffs/{held.pk}/touch", touch)

    assert answer.status_code == 302
    assert Touch.objects.get().result == "wrong_person"
    assert not FollowUp.objects.exists()


def test_the_next_try_of_a_colleagues_lead_is_not_ours_to_plan(as_user: As, rep: User) -> None:
    held = factories.claimed(factories.rep("Piet Vos"))

    form = as_user(rep).get(f"/handoffs/{held.pk}/touch").content.decode()

    assert "next_try" not in form


def test_the_list_costs_the_same_whatever_its_length(as_user: As, rep: User) -> None:
    client = as_user(rep)
    client.get("/followups")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/followups")
        return len(asked)

    factories.follow_up(rep)
    few = queries()
    for number in range(8):
        factories.follow_up(rep, ahead=timedelta(hours=7 * number + 1))

    assert queries() == few <= 12

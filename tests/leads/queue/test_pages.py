"""The queue: who sees which rows in which order, and what the poll says."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from funnel.models import Queue
from leads.handoffs import claims, touches, undoing
from leads.models import Handoff, Lead
from leads.queue import queue
from tests import factories
from tests.leads.conftest import HTMX

As = Callable[[User], Client]


def rows(response: object) -> list[str]:
    """The names in the list, from top to bottom."""
    return re.findall(r'class="name" dir="auto" href="[^"]+">([^<]+)<', response.content.decode())


def current(response: object) -> str:
    html = response.content.decode()
    found = re.search(r'data-row="([^"]+)" aria-current="true"', html)
    return found.group(1) if found else ""


def named(name: str, minutes: int = 30, **fields: object) -> Handoff:
    """An SQL of this name, due that many minutes from now."""
    at = timezone.now() - timedelta(minutes=60)
    fit, intent = fields.pop("score", (49, 40))
    made = factories.lead(name, stage="sql", fit=fit, intent=intent, created_at=at, **fields)
    return factories.handoff(made, opened_at=at, minutes=60 + minutes)


def test_late_rows_stand_on_top_and_the_cursor_on_the_least_time_left(
    as_user: As, rep: User
) -> None:
    named("Sofia Marchetti", 9)
    named("Maya Lindqvist", -3)
    named("Arjun Mehta", 4)

    page = as_user(rep).get("/queue")

    assert rows(page) == ["Maya Lindqvist", "Arjun Mehta", "Sofia Marchetti"]
    assert current(page).startswith("Arjun Mehta")


def test_the_pulse_counts_what_waits(as_user: As, rep: User) -> None:
    named("Maya Lindqvist", -3)
    named("Arjun Mehta", 4)
    named("Sofia Marchetti", 25)
    claims.claim(named("Kwame Boateng", 25), rep)

    page = as_user(rep).get("/queue")

    assert page.context["pulse"] == queue.Pulse(waiting=3, late=1, soon=1, claimed_today=1)
    assert "You have claimed <b>1</b> today" in page.content.decode()


def test_the_list_reads_no_documents(as_user: As, rep: User) -> None:
    named("Anna")

    with CaptureQueriesContext(connection) as asked:
        assert rows(as_user(rep).get("/queue")) == ["Anna"]

    documents = ('"funnel_criteriaversion"."content"', '"leads_lead"."search_key"')
    assert not any(one in query["sql"] for query in asked for one in documents)


def test_a_rep_sees_the_rows_of_their_own_queues_only(as_user: As, rep: User) -> None:
    named("Maya Lindqvist")
    other = Queue.objects.create(name="Nordics")
    elsewhere = factories.rep("Marcus Bell", queue=other)

    assert rows(as_user(rep).get("/queue")) == ["Maya Lindqvist"]
    assert rows(as_user(elsewhere).get("/queue")) == []
    assert rows(as_user(factories.sales_manager()).get("/queue")) == ["Maya Lindqvist"]


def test_a_sales_manager_outside_the_queue_is_offered_no_claim(as_user: As, db: None) -> None:
    named("Maya Lindqvist")

    page = as_user(factories.sales_manager()).get("/queue").content.decode()

    assert "Claim <kbd>" not in page
    assert "Take next" not in page


@pytest.mark.parametrize("who", ["marketer", "marketing_manager", "admin"])
def test_the_queue_is_closed_to_other_roles(as_user: As, db: None, who: str) -> None:
    client = as_user(getattr(factories, who)())

    assert client.get("/queue").status_code == 403
    assert client.get("/queue/changes?since=0").status_code == 403


def test_somebody_in_no_queue_is_told_who_can_add_them(as_user: As, db: None) -> None:
    factories.sales_manager()

    page = as_user(factories.outsider()).get("/queue").content.decode()

    assert "You are in no queue" in page
    assert "Ruth Bakker can add you." in page


def test_an_empty_queue_says_when_the_last_one_came(as_user: As, rep: User) -> None:
    colleague = factories.rep("Marcus Bell")
    claims.claim(named("Maya Lindqvist"), colleague)

    page = as_user(rep).get("/queue").content.decode()

    opened = timezone.localtime(Handoff.objects.get().opened_at)
    # Soon after midnight it came yesterday.
    said = rf"Every SQL is claimed\. The last one came (at|yesterday) {opened:%H:%M}"
    assert re.search(said, page)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("deadline", ["Arjun Mehta", "Maya Lindqvist", "Sofia Marchetti"]),
        ("score", ["Maya Lindqvist", "Sofia Marchetti", "Arjun Mehta"]),
        ("value", ["Sofia Marchetti", "Arjun Mehta", "Maya Lindqvist"]),
        ("nonsense", ["Arjun Mehta", "Maya Lindqvist", "Sofia Marchetti"]),
    ],
)
def test_the_order_can_be_chosen(as_user: As, rep: User, sort: str, names: list[str]) -> None:
    named("Maya Lindqvist", 20, score=(49, 45))
    named("Arjun Mehta", 10, score=(40, 31), estimated_value=10_000)
    named("Sofia Marchetti", 30, score=(40, 40), estimated_value=20_000)

    assert rows(as_user(rep).get("/queue", {"sort": sort})) == names


def test_words_and_source_narrow_the_list(as_user: As, rep: User) -> None:
    named("Maya Lindqvist", source=factories.source("Webinar"))
    named("Arjun Mehta", company=factories.company("Northline Freight"))
    webinar = factories.source("Webinar")

    assert rows(as_user(rep).get("/queue?q=NORTHLINE")) == ["Arjun Mehta"]
    assert rows(as_user(rep).get(f"/queue?source={webinar.pk}")) == ["Maya Lindqvist"]
    nobody = as_user(rep).get("/queue?q=nobody").content.decode()
    assert "No waiting lead matches" in nobody


def test_pages_follow_one_another_by_key_and_lead_back(as_user: As, rep: User) -> None:
    for number in range(60):
        named(f"Lead {number:02}", number + 1)
    client = as_user(rep)

    first = client.get("/queue")
    second = client.get(f"/queue{first.context['page'].older}")
    third = client.get(f"/queue{second.context['page'].older}")
    back = client.get(f"/queue{third.context['page'].newer}")

    assert rows(first) + rows(second) + rows(third) == [f"Lead {n:02}" for n in range(60)]
    assert rows(back) == rows(second)
    assert not first.context["page"].newer
    assert not third.context["page"].older


def test_pages_by_value_pass_those_without_one(as_user: As, rep: User) -> None:
    for number in range(30):
        named(f"Lead {number:02}", estimated_value=number if number % 2 else None)
    client = as_user(rep)

    first = client.get("/queue?sort=value")
    second = client.get(f"/queue{first.context['page'].older}")

    assert len({*rows(first), *rows(second)}) == 30


@pytest.mark.parametrize("key", ["x", "~", "2026-01-01~1", "2026-13-45T00:00:00+00:00~1", "1~x"])
def test_a_key_that_is_none_shows_the_first_page(as_user: As, rep: User, key: str) -> None:
    named("Maya Lindqvist")

    assert rows(as_user(rep).get("/queue", {"after": key})) == ["Maya Lindqvist"]


def test_the_number_of_queries_does_not_grow_with_the_rows(as_user: As, rep: User) -> None:
    client = as_user(rep)
    named("Maya Lindqvist")
    client.get("/queue")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/queue")
    for number in range(20):
        named(f"Lead {number}")

    with CaptureQueriesContext(connection) as many:
        client.get("/queue")

    assert len(many) == len(few) <= 12


# --- the poll ----------------------------------------------------------------------------------


def token(client: Client, query: str = "") -> str:
    return client.get(f"/queue{query}").context["token"]


def test_nothing_changed_is_204_and_kept_by_no_cache(as_user: As, rep: User) -> None:
    named("Maya Lindqvist")
    client = as_user(rep)

    answer = client.get("/queue/changes", {"since": token(client)}, headers=HTMX)

    assert answer.status_code == 204
    assert "no-store" in answer["Cache-Control"]


def test_a_new_row_is_announced_and_put_in_when_asked(as_user: As, rep: User) -> None:
    named("Maya Lindqvist")
    client = as_user(rep)
    since = token(client)
    named("Arjun Mehta")

    news = client.get("/queue/changes", {"since": since}, headers=HTMX)
    renewed = client.get("/queue", headers=HTMX)

    assert "1 new" in news.content.decode()
    assert rows(renewed) == ["Maya Lindqvist", "Arjun Mehta"]
    assert "<html" not in renewed.content.decode()
    again = client.get("/queue/changes", {"since": renewed.context["token"]}, headers=HTMX)
    assert again.status_code == 204


def test_a_claimed_row_is_announced_as_gone_and_a_released_one_as_new(
    as_user: As, rep: User
) -> None:
    handoff = named("Maya Lindqvist")
    named("Arjun Mehta")
    client, colleague = as_user(rep), factories.rep("Marcus Bell")
    since = token(client)
    claims.claim(handoff, colleague)
    without = token(client)

    gone = client.get("/queue/changes", {"since": since}, headers=HTMX)
    claims.release(handoff, colleague, reason="On leave")
    new = client.get("/queue/changes", {"since": without}, headers=HTMX)

    assert "1 gone" in gone.content.decode()
    assert "1 new" in new.content.decode()


def test_the_poll_watches_the_list_as_it_is_narrowed(as_user: As, rep: User) -> None:
    client = as_user(rep)
    since = token(client, "?q=maya")
    named("Arjun Mehta")

    assert client.get(f"/queue/changes?q=maya&since={since}").status_code == 204
    named("Maya Lindqvist")
    assert client.get(f"/queue/changes?q=maya&since={since}").status_code == 200


def test_the_cursor_stays_on_its_row_when_rows_are_put_in(as_user: As, rep: User) -> None:
    named("Arjun Mehta", 4)
    kept = named("Sofia Marchetti", 9)

    page = as_user(rep).get("/queue", {"at": kept.pk}, headers=HTMX)

    assert current(page).startswith("Sofia Marchetti")


@pytest.mark.parametrize("since", ["", "x!", "1-zz-" + "z" * 40, "--", "2-5--3"])
def test_a_token_that_is_none_is_400(as_user: As, rep: User, since: str) -> None:
    assert as_user(rep).get("/queue/changes", {"since": since}).status_code == 400


def test_the_poll_is_cheap(as_user: As, rep: User) -> None:
    rep.zone = "Europe/Stockholm"
    rep.save()
    for number in range(30):
        named(f"Lead {number}")
    client = as_user(rep)
    since = token(client)

    with CaptureQueriesContext(connection) as queries:
        client.get("/queue/changes", {"since": since}, headers=HTMX)

    # The session, the person, and one over the queue.
    assert len(queries) == 3


def test_with_more_rows_than_a_token_names_the_older_ones_count_as_known(
    rep: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "TOKEN_ROWS", 3)
    for number in range(5):
        named(f"Lead {number}")
    known = queue.ListState.read(queue.ListState.of(queue.for_person(rep)).token)

    quiet = queue.news(queue.for_person(rep), known)
    named("Arjun Mehta")
    loud = queue.news(queue.for_person(rep), known)

    assert not quiet
    assert str(loud) == "1 new"


@pytest.mark.parametrize("read", [queue.ListState.of_all, lambda rep: of_rows(rep)])
def test_rows_that_go_while_they_are_counted_leave_a_token_that_can_be_read(
    rep: User, monkeypatch: pytest.MonkeyPatch, read: Callable[[User], queue.ListState]
) -> None:
    monkeypatch.setattr(queue, "TOKEN_ROWS", 3)
    for number in range(5):
        named(f"Lead {number}")
    read(rep)

    asked = []

    def gone_when_counted(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        asked.append(sql)
        if len(asked) == 2:
            gone = {"state": "closed", "outcome": "withdrawn", "closed_at": timezone.now()}
            Handoff.objects.update(**gone)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(gone_when_counted):
        state = read(rep)

    assert state.count == 3
    assert queue.ListState.read(state.token) == state


def of_rows(rep: User) -> queue.ListState:
    return queue.ListState.of(queue.for_person(rep))


# --- the preview -------------------------------------------------------------------------------


def test_the_preview_is_a_part_for_htmx_and_the_lead_without(as_user: As, rep: User) -> None:
    handoff = named("Maya Lindqvist")
    client = as_user(rep)

    part = client.get(f"/handoffs/{handoff.pk}", headers=HTMX)
    page = client.get(f"/handoffs/{handoff.pk}")

    html = part.content.decode()
    assert "Maya Lindqvist" in html
    assert "19 above the line" in html
    assert "Asked for a demo" in html
    assert "<html" not in html
    assert part["Vary"] and "HX-Request" in part["Vary"]
    assert page["Location"] == f"/leads/{handoff.lead_id}"


def test_the_preview_of_a_claimed_one_says_who_has_it(as_user: As, rep: User) -> None:
    handoff = named("Maya Lindqvist")
    claims.claim(handoff, factories.rep("Marcus Bell"))

    html = as_user(rep).get(f"/handoffs/{handoff.pk}", headers=HTMX).content.decode()

    assert "Marcus Bell claimed Maya Lindqvist" in html
    assert "Claim <kbd>" not in html


def test_a_foreign_preview_looks_like_a_missing_one(as_user: As, rep: User) -> None:
    handoff = named("Maya Lindqvist")
    elsewhere = factories.rep("Marcus Bell", queue=Queue.objects.create(name="Nordics"))

    foreign = as_user(elsewhere).get(f"/handoffs/{handoff.pk}", headers=HTMX)
    missing = as_user(elsewhere).get("/handoffs/999999", headers=HTMX)

    assert foreign.status_code == missing.status_code == 404


# --- what was before ------------------------------------------------------------------------------


def listed(response: object) -> str:
    return response.content.decode().split('id="waiting"', 1)[1].split("<aside", 1)[0]


def test_the_next_rep_reads_what_was_said_at_giving_back_and_every_touch(
    as_user: As, rep: User
) -> None:
    marcus = factories.rep("Marcus Bell")
    handoff = claims.claim(named("Maya Lindqvist"), marcus)
    touches.log_touch(handoff, marcus, channel="call", result="no_answer", note="Voice mail full")
    touches.log_touch(handoff, marcus, channel="email", result="message")
    claims.release(handoff, marcus, reason="On leave from tomorrow")

    page = as_user(rep).get("/queue")
    preview = as_user(rep).get(f"/handoffs/{handoff.pk}", headers=HTMX).content.decode()

    assert "Given back by Marcus Bell" in listed(page)
    assert "On leave from tomorrow" in listed(page)
    assert "2 touches; the last: left a message" in listed(page)
    assert "On leave from tomorrow" in preview
    assert "Marcus Bell called, no answer" in preview
    assert "Voice mail full" in preview
    assert "Marcus Bell wrote, left a message" in preview


def test_a_claim_undone_is_no_giving_back(as_user: As, rep: User) -> None:
    handoff = claims.claim(named("Maya Lindqvist"), rep)
    undoing.undo(handoff, rep)

    assert "Given back" not in listed(as_user(rep).get("/queue"))


def test_do_not_contact_stands_in_the_row_and_the_preview(as_user: As, rep: User) -> None:
    handoff = named("Maya Lindqvist", consent={"sales": False})

    page = as_user(rep).get("/queue")
    preview = as_user(rep).get(f"/handoffs/{handoff.pk}", headers=HTMX)

    says = "Do not contact: consent to sales contact was withdrawn."
    assert says in listed(page)
    assert says in preview.content.decode()


def test_a_row_that_is_back_says_after_how_long_and_why_it_went(as_user: As, rep: User) -> None:
    then = timezone.now() - timedelta(days=34)
    before = factories.rejected(rep, at=then, reason=factories.reason("Too small"))
    with factories.unguarded():
        Lead.objects.update(stage="sql", cycle=2)
    factories.handoff(Lead.objects.get(pk=before.lead_id), cycle=2)

    assert "Back after 34 days; last time: too small" in listed(as_user(rep).get("/queue"))


def test_most_rows_say_nothing_of_before(as_user: As, rep: User) -> None:
    named("Maya Lindqvist")

    page = as_user(rep).get("/queue")

    assert [row.remarks for row in page.context["rows"]] == [""]
    assert "Before you" not in page.content.decode()


@pytest.mark.parametrize(("minutes", "offered"), [(30, False), (-30, True)])
def test_who_rejected_a_lead_is_offered_it_only_when_it_is_late(as_user, minutes, offered):
    """The verb refuses it before; a button that is refused is none."""
    rep = factories.rep()
    handoff = named("Maya Lindqvist", minutes)
    Handoff.objects.filter(pk=handoff.pk).update(spared=rep)
    client = as_user(rep)

    page = client.get("/queue").content.decode()
    preview = client.get(f"/handoffs/{handoff.pk}", headers=HTMX).content.decode()

    for html in (page, preview):
        assert (f"/handoffs/{handoff.pk}/claim" in html) is offered
        assert ("You rejected them the last time." in html) is not offered

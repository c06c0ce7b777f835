"""Watching a rescoring: how far it is, who moved, who could not be judged."""

import gzip
from datetime import timedelta

import pytest
from django.utils import timezone

from funnel.versions import current, editing, signing, switching
from leads.judging import due
from leads.models import CustomField, Judgement, Rescored
from leads.switch_on import confirmation
from tests import factories
from tests.leads.conftest import HTMX
from tests.leads.impact.conftest import counted, lines, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(world):
    """A version that just went live; three leads wait for it."""
    version = signed(mql_line=60, sql_line=80)
    return confirmation.switch_on_confirmed(
        version, counted(version), confirmed_sqls=0, by=factories.sales_manager()
    )


def test_it_says_how_far_it_is_and_how_long_it_takes(live, as_user):
    client = as_user(factories.outsider())
    due.drain(limit=1)
    Rescored.objects.update(at=timezone.now())
    later = timezone.now() - timedelta(seconds=30)
    type(live).objects.filter(pk=live.pk).update(live_at=later)

    page = client.get("/criteria/2/rescore")
    part = client.get("/criteria/2/rescore", headers=HTMX)

    html = page.content.decode()
    assert "1 of 3, about 1 min left" in html
    assert "You can leave this page, it goes on." in html
    assert "Ruth Bakker switched it on" in html
    assert "having confirmed 0 new SQLs" in html
    assert '<meta http-equiv="refresh" content="3">' in html
    assert part.status_code == 200
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert "<html" not in part.content.decode()


def test_when_it_is_done_it_says_who_moved_and_the_polling_ends(live, as_user):
    due.drain()
    client = as_user(factories.outsider())

    html = client.get("/criteria/2/rescore").content.decode()
    part = client.get("/criteria/2/rescore", headers=HTMX)

    assert "Every lead is judged by v2." in html
    assert "2 leads have moved, no new SQLs." in html
    assert "refresh" not in html
    assert part.status_code == 286
    assert "hx-trigger" not in part.content.decode()


def test_nothing_judged_for_long_is_said(live, as_user):
    a_while_ago = timezone.now() - timedelta(minutes=5)
    type(live).objects.filter(pk=live.pk).update(live_at=a_while_ago)

    html = as_user(factories.outsider()).get("/criteria/2/rescore").content.decode()

    assert "Nothing was judged in the last minute." in html


def test_a_version_retired_meanwhile_says_so(live, as_user):
    due.drain(limit=1)
    factories.switched_on(lines(50, 75))

    page = as_user(factories.outsider()).get("/criteria/2/rescore")

    assert "v2 is retired. It judged 1 lead" in page.content.decode()
    assert "is judged by v3" in page.content.decode()


def test_a_version_that_was_never_live_has_no_rescoring(as_user):
    signed(mql_line=60, sql_line=80)
    client = as_user(factories.outsider())

    assert client.get("/criteria/2/rescore").status_code == 404
    assert client.get("/criteria/99/rescore").status_code == 404
    assert client.post("/criteria/1/rescore").status_code == 405


# --- who could not be judged -------------------------------------------------------------------


@pytest.fixture
def parked(live, world):
    Judgement.objects.filter(pk=world["mql"].pk).update(parked_error="DataError", attempts=5)
    due.drain()
    return world["mql"]


def test_a_parked_lead_is_named_with_its_error_and_tries_again(parked, as_user):
    client = as_user(factories.marketing_manager())

    html = client.get("/criteria/2/rescore").content.decode()
    assert "Every lead but 1 is judged by v2." in html
    assert "1 lead, left with the judgement they had" in html
    assert "DataError" in html
    assert f'value="{parked.pk}">Try again' in html

    answer = client.post("/criteria/2/replay", {"lead": parked.pk})
    due.drain()
    parked.refresh_from_db()
    assert answer["Location"] == "/criteria/2/rescore"
    assert (parked.judgement.parked_error, parked.judgement.version) == ("", current.live())


def test_who_may_not_switch_on_sees_no_button(parked, as_user):
    client = as_user(factories.marketer())

    assert "Try again" not in client.get("/criteria/2/rescore").content.decode()
    assert client.post("/criteria/2/replay", {"lead": parked.pk}).status_code == 403


def test_a_rep_sees_the_parked_leads_of_their_queues_only(parked, as_user):
    page = as_user(factories.outsider()).get("/criteria/2/rescore")

    assert page.context["parked_leads"] == []


@pytest.mark.parametrize("lead", ["", "x", "9" * 30, "²"])
def test_a_lead_that_is_not_parked_is_not_found(parked, world, as_user, lead):
    client = as_user(factories.sales_manager())

    assert client.post("/criteria/2/replay", {"lead": lead}).status_code == 404
    other = {"lead": world["sql"].pk}
    assert client.post("/criteria/2/replay", other).status_code == 404
    assert client.get("/criteria/2/replay")["Location"] == "/criteria/2/rescore"


# --- on the criteria page ----------------------------------------------------------------------


def test_the_criteria_page_shows_a_rescoring_that_goes_on(live, as_user):
    client = as_user(factories.outsider())

    part = client.get("/criteria/progress", headers=HTMX)
    assert part.status_code == 200
    assert "0 of 3" in part.content.decode()
    assert client.get("/criteria/progress")["Location"] == "/criteria/2/rescore"

    due.drain()
    done = client.get("/criteria/progress", headers=HTMX)
    assert done.status_code == 286
    assert "progress" not in done.content.decode().replace("criteria-progress", "")


def test_the_criteria_page_says_for_a_day_how_it_ended(live, as_user):
    due.drain()
    client = as_user(factories.outsider())

    watched = client.get("/criteria/progress?watched=1", headers=HTMX)
    opened = client.get("/criteria/progress", headers=HTMX)
    type(live).objects.filter(pk=live.pk).update(live_at=timezone.now() - timedelta(days=2))
    later = client.get("/criteria/progress", headers=HTMX)

    for answer in (watched, opened):
        assert "Every lead is judged by v2.</b> 2 leads have moved" in answer.content.decode()
    assert "Every lead" not in later.content.decode()
    # Only who watched it has old numbers on the page.
    assert watched["HX-Trigger"] == "judged"
    assert "HX-Trigger" not in opened


def test_criteria_that_came_with_the_product_are_no_news(world, as_user):
    due.drain()

    answer = as_user(factories.outsider()).get("/criteria/progress", headers=HTMX)

    assert "Every lead" not in answer.content.decode()


def test_a_switch_on_that_did_not_happen_is_shown_with_its_reason(world, as_user):
    content = lines(60, 80)
    when = {"fact": "attributes.seats", "op": "is_known"}
    seats = {"id": "seats", "label": "Seats", "kind": "fit", "points": 5, "when": when}
    content["rules"] = [*content["rules"], seats]
    field = CustomField.objects.create(name="seats", label="Seats", type="number")
    version = editing.draft(content, author=factories.marketer())
    editing.propose(version)
    signing.sign(version, factories.marketing_manager(), "marketing")
    signing.sign(version, factories.sales_manager(), "sales")
    switching.schedule(version, timezone.now() - timedelta(minutes=1))
    field.delete()
    due.drain()

    html = as_user(factories.outsider()).get("/criteria/progress", headers=HTMX).content.decode()

    assert "v2 was to go live today" in html or "v2 was to go live yesterday" in html
    assert "attributes.seats" in html


def test_few_queries_and_little_html(live, world, as_user, django_assert_max_num_queries):
    due.drain(limit=1)
    client = as_user(factories.sales_manager())
    client.get("/criteria/2/rescore")

    with django_assert_max_num_queries(12):
        page = client.get("/criteria/2/rescore")
    with django_assert_max_num_queries(12):
        client.get("/criteria/progress", headers=HTMX)
    Judgement.objects.update(parked_error="DataError")
    with django_assert_max_num_queries(12):
        client.get("/criteria/2/rescore")

    assert len(gzip.compress(page.content)) < 14_000

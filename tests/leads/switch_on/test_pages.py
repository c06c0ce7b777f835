"""Switching on: the effect is counted and said, and the number on the button is confirmed."""

import gzip
from datetime import timedelta

import pytest
from django.utils import timezone

from funnel.models import VersionState
from funnel.versions import current, editing
from leads.impact import counting
from leads.judging import due
from leads.models import CustomField, Handoff, ImpactCount, Lead
from leads.switch_on import confirmation
from tests import factories
from tests.leads.conftest import HTMX
from tests.leads.impact.conftest import counted, lines, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(world):
    """One more SQL than today: the world judged by a high line first."""
    first = signed(mql_line=45, sql_line=90)
    count = counted(first)
    confirmation.switch_on_confirmed(first, count, confirmed_sqls=0)
    due.drain()
    return signed(mql_line=45, sql_line=70)


def url(version) -> str:
    return f"/criteria/{version.number}/switch-on"


def confirm(client, version, **changes):
    page = client.get(url(version))
    count = page.context["count"]
    return client.post(url(version), {"count": count.pk, "new_sqls": count.new_sqls, **changes})


def test_the_page_says_what_happens_and_the_button_the_number(version, as_user):
    html = as_user(factories.sales_manager()).get(url(version)).content.decode()

    assert "No lead leaves the SQLs, 1 joins." in html
    assert "Switch on v3: 1 new SQL</button>" in html
    assert "0 handoffs are open now. The queues got 2 in the last 7 days." in html


def test_claimed_leads_that_stay_are_said(world, as_user):
    version = signed(mql_line=60, sql_line=80)

    html = as_user(factories.sales_manager()).get(url(version)).content.decode()

    assert "1 lead leaves the SQLs, none joins. 1 is claimed and stays where it is." in html


def test_more_than_twice_a_week_of_handoffs_is_a_warning(version, as_user):
    client = as_user(factories.sales_manager())
    assert "used to" not in client.get(url(version)).content.decode()

    a_month_ago = timezone.now() - timedelta(days=30)
    Handoff.objects.update(opened_at=a_month_ago)

    html = client.get(url(version)).content.decode()
    assert "More than the queues are used to." in html
    assert "1 new SQL at once, and the queues got none in the last 7 days." in html


@pytest.mark.parametrize("manager", [factories.sales_manager, factories.marketing_manager])
def test_a_manager_of_either_side_switches_it_on(version, as_user, manager):
    person = manager()

    answer = confirm(as_user(person), version)

    assert (answer.status_code, answer["Location"]) == (302, "/criteria/3/rescore")
    live = current.live()
    assert (live, live.switched_on_by, live.confirmed_sqls) == (version, person, 1)


def test_the_rescoring_brings_the_confirmed_handoff(version, as_user):
    confirm(as_user(factories.sales_manager()), version)

    due.drain()

    assert Handoff.objects.open().count() == 1


@pytest.mark.parametrize("person", [factories.marketer, factories.outsider, factories.admin])
def test_nobody_else_may(version, as_user, person):
    client = as_user(person())

    assert client.get(url(version)).status_code == 403
    assert client.post(url(version)).status_code == 403
    assert client.post(f"/criteria/{version.number}/count").status_code == 403


def test_a_draft_and_a_missing_version_are_not_found(as_user):
    client = as_user(factories.sales_manager())
    editing.draft(current.live().content, author=factories.marketer())

    for number in (2, 99):
        assert client.get(f"/criteria/{number}/switch-on").status_code == 404
        assert client.post(f"/criteria/{number}/switch-on").status_code == 404
        assert client.post(f"/criteria/{number}/count").status_code == 404


def test_other_methods_are_refused(version, as_user):
    client = as_user(factories.sales_manager())

    assert client.put(url(version)).status_code == 405
    assert client.get(f"/criteria/{version.number}/count")["Location"] == url(version)


def test_without_both_signatures_it_says_whose_is_missing(as_user):
    version = editing.draft(current.live().content, author=factories.marketer())
    editing.propose(version)

    page = as_user(factories.sales_manager()).get(url(version))

    assert "Marketing has not signed v2." in page.content.decode()
    assert "<button" not in page.content.decode().split('id="switch-on"')[1].split("</main>")[0]
    assert not ImpactCount.objects.exists()


def test_a_version_whose_field_is_gone_says_so(version, as_user):
    CustomField.objects.get(name="purchase_timeline").delete()

    html = as_user(factories.sales_manager()).get(url(version)).content.decode()

    assert "v3 cannot be read any more" in html


# --- refused -----------------------------------------------------------------------------------


def refused(answer, words: str) -> None:
    assert answer.status_code == 409
    html = answer.content.decode()
    assert words in html
    assert "Nothing was switched on." in html
    assert "<title>Error: " in html
    assert current.live().number == 2


def test_another_number_is_refused_and_the_new_one_shown(version, as_user):
    answer = confirm(as_user(factories.sales_manager()), version, new_sqls=7)

    refused(answer, "It makes 1 new SQL, not 7.")
    assert "Switch on v3: 1 new SQL</button>" in answer.content.decode()


def test_an_old_count_is_refused_and_counted_again(version, as_user):
    client = as_user(factories.sales_manager())
    old = client.get(url(version)).context["count"]
    ImpactCount.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(minutes=16))

    answer = client.post(url(version), {"count": old.pk, "new_sqls": 1})

    refused(answer, "The count is older than 15 minutes.")
    assert answer.context["count"].pk != old.pk


def test_a_count_of_other_content_is_refused(version, as_user):
    client = as_user(factories.sales_manager())
    count = client.get(url(version)).context["count"]
    editing.edit(version, lines(46, 71), read_hash=version.content_hash)
    editing.propose(version)

    answer = client.post(url(version), {"count": count.pk, "new_sqls": 1})

    refused(answer, "v3 was changed after the count.")
    assert "Marketing has not signed v3." in answer.content.decode()


def test_a_count_that_there_is_not_is_refused(version, as_user):
    client = as_user(factories.sales_manager())

    answer = client.post(url(version), {"count": 10**18, "new_sqls": 1})

    refused(answer, "Nobody has counted yet")


def test_the_second_of_two_managers_is_told_that_it_is_live(version, as_user):
    client = as_user(factories.sales_manager())
    count = client.get(url(version)).context["count"]
    confirm(as_user(factories.marketing_manager()), version)

    answer = client.post(url(version), {"count": count.pk, "new_sqls": 1})

    assert answer.status_code == 409
    assert "v3 is live already." in answer.content.decode()
    assert client.get(url(version))["Location"] == "/criteria/3/rescore"


# --- at a time ---------------------------------------------------------------------------------


def test_it_can_wait_for_a_time_in_the_zone_of_the_person(version, as_user):
    person = factories.sales_manager()
    person.zone = "America/New_York"
    person.save()
    day = (timezone.now() + timedelta(days=3)).date()

    answer = confirm(as_user(person), version, at=f"{day}T08:00")

    version.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/criteria/3")
    assert (version.state, version.confirmed_sqls) == (VersionState.SCHEDULED, 1)
    assert version.scheduled_for.utcoffset() == timedelta(0)
    assert version.scheduled_for.hour in (12, 13)


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2020-01-01T08:00", "Choose a time to come"),
        ("soon", "Enter the time as"),
        ("9999-12-31T23:59", "within a year"),
    ],
)
def test_a_time_that_cannot_be_is_refused_beside_the_field(version, as_user, at, says):
    answer = confirm(as_user(factories.sales_manager()), version, at=at)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert at in answer.content.decode()
    version.refresh_from_db()
    assert version.state == VersionState.PROPOSED


def test_what_is_scheduled_can_be_switched_on_before_its_time(version, as_user):
    client = as_user(factories.sales_manager())
    day = (timezone.now() + timedelta(days=3)).date()
    confirm(client, version, at=f"{day}T08:00")

    assert "by itself" in client.get(url(version)).content.decode()
    confirm(client, version)

    assert current.live() == version


# --- many leads --------------------------------------------------------------------------------


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    monkeypatch.setattr(counting, "CHUNK", 1)


def test_many_leads_are_counted_in_the_background_with_progress(version, as_user, many):
    client = as_user(factories.sales_manager())
    assert "all 2 leads are judged by it on paper" in client.get(url(version)).content.decode()
    assert not version.counts.exists()

    assert client.post("/criteria/3/count")["Location"] == url(version)
    counting._advance(version.counts.get().pk)
    page = client.get(url(version))
    part = client.get(url(version), headers=HTMX)

    assert "of 2" in page.context["job"]["progress"]
    assert '<meta http-equiv="refresh" content="3">' in page.content.decode()
    assert part.status_code == 200
    assert 'hx-trigger="every 2s"' in part.content.decode()
    counting.count_due()
    done = client.get(url(version), headers=HTMX)
    assert done.status_code == 286  # htmx stops polling
    assert "1 new SQL</button>" in done.content.decode()
    assert "hx-trigger" not in done.content.decode()


def test_an_old_count_of_many_leads_is_made_again_when_asked(version, as_user, many):
    client = as_user(factories.sales_manager())
    count = counted(version)
    ImpactCount.objects.filter(pk=count.pk).update(
        finished_at=timezone.now() - timedelta(minutes=16)
    )

    html = client.get(url(version)).content.decode()
    assert "too old to confirm" in html
    assert "new SQL</button>" not in html
    client.post(f"/criteria/{version.number}/count")

    assert version.counts.get().started_by is not None


def test_a_count_that_failed_says_why_and_is_made_again(version, as_user):
    client = as_user(factories.sales_manager())
    count = counting.start_count(version)
    ImpactCount.objects.filter(pk=count.pk).update(error="The leads could not be read.")

    html = client.get(url(version)).content.decode()
    assert "The leads could not be read." in html
    assert "Count again" in html

    client.post(f"/criteria/{version.number}/count")
    assert client.get(url(version)).context["count"].error == ""


# --- the cost ----------------------------------------------------------------------------------


def test_few_queries_and_little_html(version, as_user, django_assert_max_num_queries):
    client = as_user(factories.sales_manager())
    counted(version)
    client.get(url(version))

    with django_assert_max_num_queries(12) as few:
        page = client.get(url(version))
    for _ in range(5):
        factories.handoff()
    with django_assert_max_num_queries(12) as many:
        client.get(url(version))

    assert len(few) == len(many)
    assert len(gzip.compress(page.content)) < 14_000
    assert Lead.objects.count() == 8

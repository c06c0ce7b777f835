import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from funnel.models import Reason
from funnel.stages import Stage
from leads.models import HandoffState, Outcome
from tests import factories

pytestmark = pytest.mark.django_db


def rejected(rep, label="Too small", **of_lead):
    at = timezone.now() - timedelta(days=1)
    reason = Reason.objects.get_or_create(label=label, defaults={"family": "profile"})[0]
    return factories.handoff(
        factories.lead(stage=Stage.REJECTED, fit=40, intent=40, created_at=at, **of_lead),
        opened_at=at,
        state=HandoffState.CLOSED,
        outcome=Outcome.REJECTED,
        reason=reason,
        claimed_by=rep,
        claimed_at=at + timedelta(minutes=9),
        touch_due_at=at + timedelta(minutes=129),
        closed_at=at + timedelta(hours=2),
        answer_due_at=at + timedelta(days=2),
    )


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (factories.marketer, 200),
        (factories.marketing_manager, 200),
        (factories.sales_manager, 200),
        (factories.admin, 200),
        (factories.outsider, 403),
    ],
)
def test_marketing_and_managers_open_it(as_user, person, status):
    assert as_user(person()).get("/quality").status_code == status


def test_it_is_read_not_written(as_user):
    assert as_user(factories.marketer()).post("/quality").status_code == 405


def test_numbers_of_the_record_stand_on_the_page(as_user):
    rep = factories.rep()
    rejected(rep, source=factories.source("Trade fair"))
    factories.lead(stage=Stage.MQL, created_at=timezone.now() - timedelta(days=2))

    page = as_user(factories.marketer()).get("/quality")

    assert page.context["cohort"].reached == [2, 2, 1, 1, 0, 0, 0]
    assert page.context["now"].rejected == 1
    html = page.content.decode()
    assert "Trade fair" in html
    assert "1 Too small" in html
    assert "0 of 1" in strip_tags(html)
    assert "every one has a reason" in html


def test_no_column_says_that_it_sorts_where_another_does(as_user):
    rejected(factories.rep(), source=factories.source("Trade fair"))
    client = as_user(factories.marketer())

    # Of one that was decided no share is ranked, so the leads sort.
    for asked in ("", "?sort=-share"):
        html = client.get(f"/quality{asked}").content.decode()
        heads = re.findall(r"<th[^>]*aria-sort[^>]*>(.*?)</th>", html, re.DOTALL)
        assert [strip_tags(head).split()[0] for head in heads] == ["Leads"]


def test_no_leads_says_so_and_offers_a_longer_period(as_user):
    client = as_user(factories.marketer())
    factories.lead(created_at=timezone.now() - timedelta(days=400))

    assert "No leads in these 30 days" in client.get("/quality").content.decode()
    assert 'href="?period=quarter"' in client.get("/quality?period=30").content.decode()
    assert "Send the first one" in client.get("/quality?period=year").content.decode()


def test_where_there_are_no_leads_at_all_no_longer_period_is_offered(as_user):
    page = as_user(factories.marketer()).get("/quality").content.decode()

    assert "No leads yet" in page
    assert "Send the first one" in page
    assert "Try a quarter" not in page


def test_a_tab_changes_the_period_and_nonsense_does_not(as_user):
    factories.lead(created_at=timezone.now() - timedelta(days=20))
    client = as_user(factories.marketer())

    counts = {
        key: client.get("/quality", {"period": key, "sort": "x"}).context["cohort"].reached[0]
        for key in ("7", "30", "quarter", "year", "'; --")
    }

    assert counts == {"7": 0, "30": 1, "quarter": 1, "year": 1, "'; --": 1}


def test_its_queries_do_not_grow_with_the_rows(as_user, django_assert_max_num_queries):
    client = as_user(factories.marketer())
    client.get("/quality")
    with django_assert_max_num_queries(12) as few:
        client.get("/quality")
    rep = factories.rep()
    for number in range(6):
        rejected(
            rep,
            f"Reason {number}",
            source=factories.source(f"Source {number}"),
            campaign=factories.campaign(f"Campaign {number}"),
        )

    with django_assert_max_num_queries(12) as many:
        client.get("/quality")

    assert len(many) == len(few)


def test_both_departments_see_the_same_numbers(as_user):
    rejected(factories.rep())

    quality = as_user(factories.marketer()).get("/quality").context
    overview = as_user(factories.sales_manager()).get("/overview").context

    shared = {tile.label: tile for tile in quality["tiles"]}
    same = [tile for tile in overview["tiles"] if tile.label in shared]
    assert len(same) == 4
    assert all(tile == shared[tile.label] for tile in same)


def test_a_number_leads_to_as_many_leads(as_user):
    now = timezone.now()
    fair = factories.source("Trade fair & co")
    for days in (1, 2, 80):
        factories.lead(source=fair, created_at=now - timedelta(days=days))
    factories.lead(created_at=now)
    client = as_user(factories.marketer())

    rows = {row.name: row for row in client.get("/quality").context["sources"]}
    behind = client.get(rows["Trade fair & co"].url)

    assert rows["Trade fair & co"].leads == 2
    assert len(behind.context["page"].rows) == 2

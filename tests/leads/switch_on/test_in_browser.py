"""A manager switches a version on in a browser, and watches it do what was said."""

import re

import pytest

from funnel.versions import current
from leads.handoffs import claims
from leads.impact import counting
from leads.judging import due
from leads.judging.judgement import qualify
from leads.models import Handoff
from leads.switch_on import confirmation
from tests import factories
from tests.leads.impact.conftest import counted, signed, vp
from tests.processes import eventually


@pytest.fixture
def three(live_portal):
    """Three leads that the coming version makes SQLs, one claimed, and the version."""
    made = [vp() for _ in range(4)]
    for lead in made:
        factories.event(lead, "demo_request")
    qualify([lead.pk for lead in made])
    claims.claim(made[3].handoffs.get(), factories.rep())
    first = signed(mql_line=45, sql_line=90)
    confirmation.switch_on_confirmed(first, counted(first), confirmed_sqls=0)
    due.drain()
    return signed(mql_line=45, sql_line=70)


@pytest.mark.parametrize("javascript", [True, False])
def test_what_was_confirmed_is_what_arrives_in_the_queue(worker, three, sign_in, javascript):
    manager = factories.sales_manager()
    page = sign_in(manager, javascript=javascript)
    page.goto("/criteria/3/switch-on")
    assert "No lead leaves the SQLs, 3 join." in page.inner_text("#switch-on")

    page.click("text=Switch on v3: 3 new SQLs")
    page.wait_for_url("**/criteria/3/rescore")
    page.wait_for_selector("text=Every lead is judged by v3.")

    assert "3 leads have moved, 3 new SQLs among them." in page.inner_text("#rescoring")
    assert Handoff.objects.open().count() == 3
    assert current.live().switched_on_by == manager
    rep = sign_in(factories.rep("Piet Vos"), javascript=javascript)
    rep.goto("/queue")
    assert len(rep.query_selector_all("li.q-row")) == 3


def test_many_leads_are_counted_while_one_looks(worker, three, sign_in, monkeypatch):
    """The page of a count that is not finished finds the number by itself."""
    count = counting.start_count(three)
    type(count).objects.filter(pk=count.pk).update(total=30_000)
    page = sign_in(factories.marketing_manager())

    page.goto("/criteria/3/switch-on")

    page.wait_for_selector("text=Switch on v3: 3 new SQLs")


def test_the_criteria_page_shows_the_rescoring_and_then_nothing(three, sign_in):
    confirmation.switch_on_confirmed(three, counted(three), confirmed_sqls=3)
    page = sign_in(factories.marketer())
    page.goto("/criteria")
    page.wait_for_selector("#criteria-progress progress")

    due.drain()

    eventually(lambda: not page.query_selector("#criteria-progress progress"))


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_its_pages_are_accessible_and_do_not_scroll_sideways(three, sign_in, axe, width, dark):
    page = sign_in(factories.sales_manager(), width=width, dark=dark)

    for path, words in (
        ("/criteria/3", "3 leads"),
        ("/criteria/3/impact", "3 leads"),
        ("/criteria/3/movers?from=mql&to=sql", "SQL line 90 → 70"),
        ("/criteria/3/switch-on", "Switch on v3: 3 new SQLs"),
        ("/criteria/2/rescore", "Every lead is judged by v2"),
    ):
        page.goto(path)
        page.wait_for_selector(f"text={words}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_number_on_the_panel_leads_to_as_many_leads(three, sign_in):
    page = sign_in(factories.marketer())
    page.goto("/criteria/3")

    page.click("#impact .moves a")
    page.wait_for_url(re.compile("movers"))

    assert len(page.query_selector_all("tbody tr")) == 3

"""If this had been live: the panel of a draft, and the list behind each of its numbers."""

import gzip
from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Portal
from funnel.models import CriteriaVersion
from funnel.versions import current, editing
from leadportal.db import halves
from leads.impact import movers, reading, recent
from leads.impact.words import why_they_move
from leads.judging.basis import Basis
from leads.judging.judgement import qualify
from leads.models import CustomField, Lead
from tests import factories
from tests.leads.conftest import HTMX
from tests.leads.impact.conftest import lines, signed, vp

pytestmark = pytest.mark.django_db


def draft_with(change) -> CriteriaVersion:
    """A draft of the live content, changed."""
    content = deepcopy(current.live().content)
    change(content)
    return editing.draft(content, author=factories.marketer())


def rule(content, id_):
    return next(one for one in content["rules"] if one["id"] == id_)


def basis(version) -> Basis:
    return Basis(version, current.rulebook(version), Portal.load(), timezone.now())


# --- the panel ---------------------------------------------------------------------------------


def test_the_panel_says_how_many_sqls_before_and_after(world, as_user):
    version = signed(mql_line=60, sql_line=80)

    page = as_user(factories.marketer()).get(f"/criteria/{version.number}/impact")

    html = page.content.decode()
    assert (page.context["found"].before, page.context["found"].after) == (1, 0)
    assert "With v2 the SQLs would be 0, 1 fewer than with v1." in html
    assert "MQL 60" in html
    assert "SQL 80" in html
    assert "last 30 days, 2 leads" in html
    assert "1 more is with Sales" in html


def test_the_panel_and_the_switch_on_say_the_same(world, as_user):
    version = signed(mql_line=60, sql_line=80)
    everybody = list(Lead.objects.values_list("pk", flat=True))

    page = as_user(factories.marketer()).get(f"/criteria/{version.number}/impact")

    assert page.context["found"].moves == reading.of(version, everybody).moves


def test_bars_count_the_draft_and_the_outline_the_live_version(world):
    def change(content):
        rule(content, "demo")["points"] = 5

    found = recent.preview(basis(draft_with(change)), current.live())

    # 50 and 75 by the live version; 50 and 55 by the draft.
    assert {i * recent.STEP: n for i, n in enumerate(found.outline) if n} == {50: 1, 75: 1}
    assert {i * recent.STEP: n for i, n in enumerate(found.bars) if n} == {50: 1, 55: 1}


def test_only_leads_active_in_the_last_30_days_are_read(world):
    long_ago = timezone.now() - timedelta(days=31)
    quiet, woken = vp(created_at=long_ago), vp(created_at=long_ago)
    factories.event(woken, "page_view")
    qualify([quiet.pk, woken.pk])

    ids, is_sample = recent.recent(timezone.now(), 100)

    assert set(ids) == {woken.pk, *(lead.pk for lead in world.values())}
    assert not is_sample


def test_the_newest_activity_comes_first_and_the_rest_is_said_to_exist(world):
    for hours, lead in enumerate([world["mql"], world["sql"]]):
        factories.event(lead, "page_view", ago=timedelta(hours=-hours - 1))

    ids, is_sample = recent.recent(timezone.now() + timedelta(days=1), 2)

    assert ids == [world["sql"].pk, world["mql"].pk]
    assert is_sample


@pytest.mark.django_db(transaction=True)
def test_two_connections_find_what_one_finds(monkeypatch):
    leads = [vp() for _ in range(6)]
    for lead in leads[:3]:
        factories.event(lead, "demo_request")
    qualify([lead.pk for lead in leads])
    now = basis(draft_with(lambda content: rule(content, "demo").update(points=5)))

    with transaction.atomic():
        by_one = recent.within_time(now, 100, 60_000)
    monkeypatch.setattr(halves, "WORTH", 2)
    by_two = recent.within_time(now, 100, 60_000)

    assert by_one.moves == {("sql", "mql"): 3}
    assert by_two == by_one


def test_a_sample_says_that_it_is_one(world, as_user, monkeypatch):
    monkeypatch.setattr(recent, "SAMPLES", ((2, 1_000),))
    version = signed(mql_line=60, sql_line=80)

    html = as_user(factories.marketer()).get(f"/criteria/{version.number}/impact").content.decode()

    assert "Counting all 2 takes a minute. Shown: a sample of" in html


def test_what_takes_too_long_is_tried_on_fewer_and_then_said(world, as_user, monkeypatch):
    tried = []

    def too_slow(basis, size, milliseconds):
        tried.append(size)
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(recent, "within_time", too_slow)
    version = signed(mql_line=60, sql_line=80)

    page = as_user(factories.marketer()).get(f"/criteria/{version.number}/impact")

    assert tried == [20_000, 4_000]
    assert page.status_code == 200
    assert "took too long" in page.content.decode()


def test_htmx_gets_the_panel_alone(world, as_user):
    version = signed(mql_line=60, sql_line=80)
    client = as_user(factories.marketer())

    part = client.get(f"/criteria/{version.number}/impact", headers=HTMX)

    assert "<html" not in part.content.decode()
    assert 'id="impact"' in part.content.decode()
    assert part["Vary"] == "HX-Request, Cookie" or "HX-Request" in part["Vary"]


def test_a_draft_is_read_by_those_who_write_it(as_user):
    version = draft_with(lambda content: None)

    for person, status in (
        (factories.marketer(), 200),
        (factories.sales_manager(), 200),
        (factories.outsider(), 404),
    ):
        for page in ("impact", "movers?from=sql&to=mql"):
            assert as_user(person).get(f"/criteria/{version.number}/{page}").status_code == status


def test_a_version_that_was_live_had_its_day(as_user):
    client = as_user(factories.marketer())

    for number in (1, 99, 10**12):
        assert client.get(f"/criteria/{number}/impact").status_code == 404
        assert client.get(f"/criteria/{number}/movers?from=sql&to=mql").status_code == 404


def test_they_are_read_not_written(as_user):
    version = signed(mql_line=60, sql_line=80)
    client = as_user(factories.sales_manager())

    assert client.post(f"/criteria/{version.number}/impact").status_code == 405
    assert client.post(f"/criteria/{version.number}/movers").status_code == 405


def test_a_field_that_is_gone_is_named(as_user):
    version = signed(mql_line=60, sql_line=80)
    CustomField.objects.get(name="purchase_timeline").delete()

    page = as_user(factories.marketer()).get(f"/criteria/{version.number}/impact")

    assert page.status_code == 200
    assert "purchase_timeline" in page.content.decode()


# --- the movers --------------------------------------------------------------------------------


def test_a_mover_is_shown_with_both_scores_and_the_rule_that_did_it(world, as_user):
    def change(content):
        rule(content, "demo")["points"] = 5

    version = draft_with(change)
    label = rule(version.content, "demo")["label"]

    page = as_user(factories.marketer()).get(f"/criteria/{version.number}/movers?from=sql&to=mql")

    (row,) = page.context["rows"]
    assert (row["mover"].lead, row["mover"].was, row["mover"].becomes) == (world["sql"], 75, 55)
    assert row["reasons"] == [f"{label} +25 → +5"]
    html = page.content.decode()
    assert f'href="/leads/{world["sql"].pk}"' in html
    assert "1 lead, of those active" in html


def test_a_rule_that_is_new_or_gone_says_so(world):
    def change(content):
        content["rules"].remove(rule(content, "demo"))
        content["rules"].append(
            {
                "id": "sweden",
                "label": "From Sweden",
                "kind": "fit",
                "points": -9,
                "when": {"fact": "country", "op": "is", "value": "SE"},
            }
        )

    version = draft_with(change)
    demo = rule(current.live().content, "demo")["label"]

    (mover,) = movers.rule_changes(basis(version), [world["sql"]], current.vocabulary())

    assert sorted(map(str, mover.changes)) == sorted(
        [f"{demo} +25, taken away", "From Sweden −9, a new rule"]
    )


def test_a_line_that_did_it_is_named(world, as_user):
    version = signed(mql_line=45, sql_line=80)

    page = as_user(factories.marketer()).get(f"/criteria/{version.number}/movers?from=sql&to=mql")

    assert [row["reasons"] for row in page.context["rows"]] == [["SQL line 70 → 80"]]


def test_a_lead_in_its_grace_moves_because_that_ends(world):
    book = current.rulebook(current.live())
    below = movers.Mover(world["mql"], book.mql_line - 5, book.mql_line - 5, (), "")

    assert why_they_move(below, ("mql", "lead"), book, book) == [
        "Below the MQL line already: its days of grace end"
    ]


def test_a_disqualifier_that_did_it_is_named(world, as_user):
    def change(content):
        content["disqualifiers"].append(
            {
                "id": "swedes",
                "label": "Sold in Sweden by a partner",
                "condition": {"fact": "country", "op": "is", "value": "SE"},
            }
        )

    version = draft_with(change)

    url = f"/criteria/{version.number}/movers?from=mql&to=disqualified"
    page = as_user(factories.marketer()).get(url)

    assert [row["reasons"] for row in page.context["rows"]] == [
        ["Kept out: Sold in Sweden by a partner"]
    ]


def test_a_rep_sees_the_movers_of_their_queues_only(world, as_user):
    version = signed(mql_line=60, sql_line=80)
    url = f"/criteria/{version.number}/movers?from=mql&to=lead"

    of_marketer = as_user(factories.marketer()).get(url)
    of_rep = as_user(factories.rep("Piet Vos")).get(url)

    assert [row["mover"].lead for row in of_marketer.context["rows"]] == [world["mql"]]
    assert of_rep.context["rows"] == []
    panel = as_user(factories.outsider()).get(f"/criteria/{version.number}/impact")
    assert "/movers" not in panel.content.decode()


def test_movers_come_25_a_page(as_user):
    made = [vp() for _ in range(60)]
    qualify([lead.pk for lead in made])
    version = signed(mql_line=60, sql_line=80)
    client, url = as_user(factories.marketer()), f"/criteria/{version.number}/movers"

    seen, query, pages = [], "?from=mql&to=lead", []
    while query:
        page = client.get(url + query)
        seen += [row["mover"].lead.pk for row in page.context["rows"]]
        pages.append(page)
        query = page.context["older"]

    assert len(pages) == 3
    assert sorted(seen) == sorted(lead.pk for lead in made)
    assert (
        client.get(url + pages[2].context["newer"]).context["rows"][0]
        == (pages[1].context["rows"][0])
    )


@pytest.mark.parametrize("query", ["", "?from=sql", "?from=moon&to=mql"])
def test_a_move_that_there_is_not_is_not_found(as_user, query):
    version = signed(mql_line=60, sql_line=80)

    url = f"/criteria/{version.number}/movers{query}"
    assert as_user(factories.marketer()).get(url).status_code == 404


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "٣", "²"])
def test_a_place_that_is_not_on_the_list_is_its_beginning(world, as_user, after):
    version = signed(mql_line=60, sql_line=80)

    url = f"/criteria/{version.number}/movers?from=sql&to=mql&after={after}"
    assert len(as_user(factories.marketer()).get(url).context["rows"]) == 1


def test_few_queries_and_little_html(as_user):
    made = [vp() for _ in range(30)]
    qualify([lead.pk for lead in made])
    version = draft_with(lambda content: content.update(lines(60, 80)))
    client = as_user(factories.marketer())
    client.get("/criteria")

    with CaptureQueriesContext(connection) as panel_queries:
        panel = client.get(f"/criteria/{version.number}/impact", headers=HTMX)
    with CaptureQueriesContext(connection) as list_queries:
        listed = client.get(f"/criteria/{version.number}/movers?from=mql&to=lead")

    assert len(listed.context["rows"]) == 25
    assert len(asked(panel_queries)) <= 12
    assert len(asked(list_queries)) <= 12
    assert max(len(gzip.compress(page.content)) for page in (panel, listed)) < 14_000


def asked(queries: CaptureQueriesContext) -> list[str]:
    """Without where a transaction begins and ends."""
    said = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE"))]

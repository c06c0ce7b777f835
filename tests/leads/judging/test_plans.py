"""A session that began on an empty product serves a full one: no plan reads tables lead by lead.

Functions and prepared statements keep their plans, and the planner knows nothing of what came in
since it last counted the rows.
"""

import re
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest
from django.db import connection, transaction

import leads
from leadportal.db import prepared
from leads.handoffs.claims import claim_next
from leads.judging.due import drain
from leads.models import Handoff
from tests import factories
from tests.api import Api
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
LEADS = 2_000
BATCH = 1_000


class UndoneError(Exception):
    pass


@pytest.fixture(params=[0, 60, 120], ids="after {} that were undone".format)
def known_empty(db: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The tables were looked at while they were empty, and this session has planned nothing.

    What others left there and took back stays in the indexes: some are a level higher then, and of
    two that the planner knows nothing of it takes the lower one.
    """
    other = psycopg2.connect(connection.connection.dsn)
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("VACUUM ANALYZE")
        with suppress(UndoneError), transaction.atomic():
            if request.param:
                factories.switched_on(simple.content())
                post(0, request.param)
                drain()
            raise UndoneError
        # And had rows once: however large they become, the planner believes in none.
        cursor.execute(
            "UPDATE pg_class SET relpages = 1, reltuples = 0 "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
        )
    other.close()
    prepared.forget()
    # What these plans read must not hang on how soon they are made anew.
    monkeypatch.setattr(prepared, "_keep_up", lambda _: None)
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


@pytest.fixture
def rep(known_empty: None):
    factories.switched_on(simple.content())
    return factories.rep("Dana Okafor")


def payload(number: int) -> dict:
    return {
        "email": f"maya.{number}@firm{number}.example",
        "first_name": "Maya",
        "last_name": f"Lindqvist {number}",
        "job_title": "VP Operations",
        "company": {"name": f"Firm {number}", "domain": f"firm{number}.example"},
        "consent": {"marketing": True},
    }


def post(first: int, count: int) -> None:
    leads = [payload(first + number) for number in range(count)]
    api = Api()
    answer = api.post("/leads/batch", {"leads": leads})
    assert answer.json()["summary"]["refused"] == 0
    asked = [{"type": "demo_request", "lead": {"email": lead["email"]}} for lead in leads]
    assert api.post("/events/batch", {"events": asked}).status_code == 200


def rows_read() -> int:
    """Rows of leads and what hangs on them that this transaction has read so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) "
            "FROM pg_stat_xact_user_tables WHERE relname LIKE 'leads\\_%'"
        )
        return int(cursor.fetchone()[0])


def test_no_row_of_a_lead_is_looked_for_along_all_ids():
    """`id + 0` keeps the index of ids out of it: of a small table it may be a level lower."""
    along = re.compile(r"lead_id = \w+\.(?:lead_)?id\s+AND \w+\.id [<>]")
    texts = [
        path
        for path in Path(leads.__file__).parent.rglob("*")
        if path.suffix in (".sql", ".py") and "migrations" not in path.parts
    ]
    assert len(texts) > 300
    assert [str(path) for path in texts if along.search(path.read_text())] == []


def test_a_full_table_is_judged_and_claimed_from_by_what_was_planned_for_an_empty_one(rep):
    for number in range(6):
        post(number, 1)
        drain()
        claim_next(rep)

    before = rows_read()
    for first in range(LEADS, 2 * LEADS, BATCH):
        post(first, BATCH)
    assert drain() == LEADS
    # A few rows of each table for each lead, and no table for each.
    assert rows_read() - before < 50 * LEADS
    assert Handoff.objects.filter(state="open").count() >= LEADS

    before = rows_read()
    post(3 * LEADS, 1)
    drain()
    claim_next(factories.rep("Marcus Weil"))
    assert rows_read() - before < 4 * LEADS

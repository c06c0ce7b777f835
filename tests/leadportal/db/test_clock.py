"""The database's clock decides, whatever the clock of the machine that serves says."""

import ast
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadportal.db import clock
from leads.handoffs import claims
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging import due
from leads.models import Handoff, Judgement, News
from tests import factories
from tests.faults.world import demo, hot
from tests.leads.judging import simple
from tests.test_architecture import MODULES, name_of, tree_of

# Of the machine's own clock, each with its reason.
OWN_CLOCK = {
    "accounts/access.py": "django-allauth noted the sign-in by the same clock",
    "leadportal/kit.py": "a page of examples",
    "leadportal/look/marks.py": "says on which day; decides nothing",
    "leadportal/look/tags.py": "says how long ago; decides nothing",
    "leadportal/rest/rates.py": "windows of counters in Redis, which fade by themselves",
}
ASKED = {"timezone.now", "datetime.now", "datetime.utcnow", "date.today", "time.time"}
ASKED_WITHOUT_A_MOMENT = {"timezone.localtime", "timezone.localdate"}


def asks_the_machine(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    return name in ASKED or (name in ASKED_WITHOUT_A_MOMENT and not call.args)


def test_nothing_that_decides_asks_the_clock_of_the_machine() -> None:
    found = {
        name_of(path)
        for path in MODULES
        if "migrations" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and asks_the_machine(node)
    }

    assert found == set(OWN_CLOCK)


@pytest.fixture
def ten_minutes_ahead():
    """The clock of this process; the database, on another machine, has its own."""

    def travel():
        return time_machine.travel(timezone.now() + timedelta(minutes=10), tick=True)

    return travel


def database_says():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_it_is_the_databases_also_where_the_machines_is_wrong(ten_minutes_ahead, monkeypatch):
    monkeypatch.setattr(clock, "_known", None)
    with ten_minutes_ahead():
        assert abs(clock.now() - database_says()) < timedelta(seconds=2)
    assert clock.now().utcoffset() == timedelta()


@pytest.mark.django_db
def test_it_is_no_query_of_whoever_asks(monkeypatch):
    monkeypatch.setattr(clock, "_known", None)

    with CaptureQueriesContext(connection) as queries:
        first, second = clock.now(), clock.now()

    assert len(queries) == 0
    assert first <= second


@pytest.mark.django_db
def test_it_is_asked_once_a_minute(monkeypatch):
    monkeypatch.setattr(clock, "_known", None)
    clock.now()
    known = clock._known
    clock.now()
    assert clock._known is known

    monkeypatch.setattr(clock, "ASKED_EVERY", 0.0)
    clock.now()

    assert clock._known is not known


@pytest.mark.django_db
def test_a_web_server_ten_minutes_ahead_delays_nothing(ten_minutes_ahead):
    factories.switched_on(simple.content())
    sender = factories.integration()

    with ten_minutes_ahead():
        ingest_leads([hot(1)], integration=sender)
        ingest_events([demo(1) | {"occurred_at": database_says().isoformat()}], integration=sender)
    assert not News.objects.filter(at__gt=database_says()).exists()
    due.drain()

    handoff = Handoff.objects.get()
    assert (handoff.lead.stage, Judgement.objects.get().attempts) == ("sql", 0)
    assert handoff.opened_at <= database_says()


@pytest.mark.django_db
def test_a_web_server_ten_minutes_ahead_makes_nothing_late(ten_minutes_ahead):
    rep = factories.rep()
    handoff = factories.handoff(factories.lead(stage="sql", fit=40, intent=40))

    with ten_minutes_ahead():
        claims.claim(handoff, rep)

    handoff.refresh_from_db()
    assert handoff.claimed_at <= database_says()
    assert abs(handoff.touch_due_at - handoff.claimed_at - timedelta(hours=2)) < timedelta(hours=1)

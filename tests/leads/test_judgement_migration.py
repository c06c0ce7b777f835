"""Judgements move out of the leads, and back, with all there is to know of them.

The way back through all later migrations is long: it is gone once, and each test goes on in a copy
of the database that it led to.
"""

import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from funnel.stages import Stage
from leadportal.db import roles
from leads import news
from leads.models import Judgement, Lead, News
from tests import factories

BEFORE = "0020_answers_to_the_ground"
AFTER = "0021_judgement"
AT = timezone.now()
HOUR = timedelta(hours=1)
# What moves as it is.
COLUMNS = (
    "version",
    "fit",
    "intent",
    "total",
    "grade",
    "points",
    "disqualifier",
    "scored_at",
    "below_since",
    "attempts",
    "parked_error",
)


@dataclass(frozen=True)
class World:
    """Leads judged by the newest version, in a database that was taken back to AFTER."""

    database: str
    leads: dict[str, Lead]
    judgements: dict[int, tuple[Any, ...]]


def on_the_server(statement: str, *values: object) -> None:
    here = connection.settings_dict
    where = {"host": here["HOST"], "user": here["USER"], "dbname": "postgres"}
    with closing(psycopg2.connect(**where)) as server:
        server.autocommit = True
        server.cursor().execute(statement, values or None)


@contextmanager
def copy_of(database: str, name: str) -> Iterator[str]:
    connection.close()
    # The web of an earlier test keeps its connections, and makes new ones where they are gone.
    ends = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
    on_the_server(ends, database)
    on_the_server(f"CREATE DATABASE {name} TEMPLATE {database}")
    yield name
    on_the_server(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def at_work_in(database: str) -> Iterator[None]:
    """The connection of the test is the owner's, to this database."""
    here = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        with factories.as_owner():
            yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = here


def migrate(name: str) -> Any:
    """Take the app to one of its migrations; gives the models as they were."""
    return _migrated([("leads", name)]).apps


def _migrated(targets: list[tuple[str, str]] | None = None) -> Any:
    # Undisturbed: the classes of all models are made some hundred times.
    gc.disable()
    try:
        executor = MigrationExecutor(connection)
        return executor.migrate(targets or executor.loader.graph.leaf_nodes())
    finally:
        gc.enable()


def newest() -> None:
    _migrated()
    roles.give("default")  # as the command does


def leads() -> dict[str, Lead]:
    return {
        "judged": factories.lead(
            stage=Stage.SQL,
            fit=40,
            intent=15,
            grade="A2",
            points=[40, None, 15],
            rescore_at=AT + HOUR,
        ),
        "below": factories.lead(stage=Stage.MQL, fit=5, below_since=AT - HOUR),
        "disqualified": factories.lead(stage=Stage.DISQUALIFIED, fit=1, disqualifier="free"),
        "parked": factories.lead(fit=3, attempts=5, parked_error="DataError"),
        "new": factories.lead(rescore_at=AT - HOUR),
        "told": factories.lead(fit=7, rescore_at=AT + HOUR),
    }


def columns(model: Any) -> dict[int, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in model.objects.values_list("pk", *COLUMNS)}


@pytest.fixture(scope="module")
def taken_back(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with (
        django_db_blocker.unblock(),
        copy_of(connection.settings_dict["NAME"], "taken_back") as database,
    ):
        with at_work_in(database):
            world = World(database, leads(), columns(Judgement))
            factories.news(world.leads["told"], at=AT)
            factories.news(world.leads["told"], at=AT - HOUR)
            news.of_companies([world.leads["below"].company_id], AT)
            migrate(AFTER)
        yield world


@pytest.fixture
def world(taken_back: World, transactional_db: None) -> Iterator[World]:
    with copy_of(taken_back.database, "gone_on_with") as database, at_work_in(database):
        yield taken_back


def test_backwards_every_lead_has_its_judgement_and_what_is_news_of_it(world: World) -> None:
    old = migrate(BEFORE).get_model("leads", "Lead")

    assert columns(old) == world.judgements
    due = {
        pk: (stale, time)
        for pk, stale, time in old.objects.values_list("pk", "stale_at", "rescore_at")
    }
    assert due[world.leads["judged"].pk] == (None, AT + HOUR)
    assert due[world.leads["told"].pk] == (AT - HOUR, AT + HOUR)
    assert due[world.leads["new"].pk][0] == AT - HOUR
    # Of a company it is that of its people.
    assert due[world.leads["below"].pk][0] == AT
    assert {pk for pk, (stale, _) in due.items() if stale} == {
        world.leads[name].pk for name in ("new", "told", "below")
    }


def test_there_and_back_every_lead_has_its_judgement_and_what_was_new_is_news(world: World) -> None:
    News.objects.all().delete()
    news.of_everybody(AT - 2 * HOUR)
    old = migrate(BEFORE).get_model("leads", "Lead")
    # Of everybody it is that of each.
    judged = old.objects.exclude(version=None)
    assert set(judged.values_list("stale_at", flat=True)) == {AT - 2 * HOUR}
    judged.update(stale_at=None)
    old.objects.filter(pk=world.leads["new"].pk).update(stale_at=AT - HOUR, rescore_at=None)
    old.objects.filter(pk=world.leads["below"].pk).update(stale_at=AT)

    migrate(AFTER)

    assert columns(Judgement) == world.judgements
    assert list(News.objects.values_list("lead", "company", "at", "spreads")) == [
        (world.leads["below"].pk, None, AT, False)
    ]
    times = dict(Judgement.objects.values_list("pk", "rescore_at"))
    assert times[world.leads["judged"].pk] == times[world.leads["told"].pk] == AT + HOUR
    assert times[world.leads["new"].pk] == AT - HOUR
    assert times[world.leads["below"].pk] is None

    newest()

    lead = factories.lead(created_at=AT)
    assert (lead.judgement.version, lead.judgement.rescore_at) == (None, lead.updated_at)

"""Judgements move out of the leads, and back, with all there is to know of them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

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


def newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    roles.give("default")  # as the command does


@pytest.fixture
def migrate(transactional_db: None, as_owner: None) -> Iterator[Callable[[str], Any]]:
    """Take the app to one of its migrations; gives the models as they were. Back at the end."""

    def migrate(name: str) -> Any:
        executor = MigrationExecutor(connection)
        return executor.migrate([("leads", name)]).apps

    yield migrate
    newest()
    # Its prepared statements know the tables as they were.
    connection.close()


@pytest.fixture
def world(transactional_db: None) -> dict[str, Lead]:
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


def test_backwards_every_lead_has_its_judgement_and_what_is_news_of_it(migrate, world):
    factories.news(world["told"], at=AT)
    factories.news(world["told"], at=AT - HOUR)
    news.of_companies([world["below"].company_id], AT)
    kept = columns(Judgement)

    old = migrate(BEFORE).get_model("leads", "Lead")

    assert columns(old) == kept
    due = {
        pk: (stale, time)
        for pk, stale, time in old.objects.values_list("pk", "stale_at", "rescore_at")
    }
    assert due[world["judged"].pk] == (None, AT + HOUR)
    assert due[world["told"].pk] == (AT - HOUR, AT + HOUR)
    assert due[world["new"].pk][0] == AT - HOUR
    # Of a company it is that of its people.
    assert due[world["below"].pk][0] == AT
    assert {pk for pk, (stale, _) in due.items() if stale} == {
        world[name].pk for name in ("new", "told", "below")
    }


def test_there_and_back_every_lead_has_its_judgement_and_what_was_new_is_news(migrate, world):
    news.of_everybody(AT - 2 * HOUR)
    kept = columns(Judgement)
    old = migrate(BEFORE).get_model("leads", "Lead")
    # Of everybody it is that of each.
    judged = old.objects.exclude(version=None)
    assert set(judged.values_list("stale_at", flat=True)) == {AT - 2 * HOUR}
    judged.update(stale_at=None)
    old.objects.filter(pk=world["new"].pk).update(stale_at=AT - HOUR, rescore_at=None)
    old.objects.filter(pk=world["below"].pk).update(stale_at=AT)

    migrate(AFTER)

    assert columns(Judgement) == kept
    assert list(News.objects.values_list("lead", "company", "at", "spreads")) == [
        (world["below"].pk, None, AT, False)
    ]
    times = dict(Judgement.objects.values_list("pk", "rescore_at"))
    assert times[world["judged"].pk] == times[world["told"].pk] == AT + HOUR
    assert times[world["new"].pk] == AT - HOUR
    assert times[world["below"].pk] is None

    newest()

    lead = factories.lead(created_at=AT)
    assert (lead.judgement.version, lead.judgement.rescore_at) == (None, lead.updated_at)

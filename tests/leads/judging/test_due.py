"""Whatever is due is judged, by any number of workers, and one bad lead stops nobody."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from funnel.conditions.values import ConditionError
from funnel.versions import current, editing, signing, switching
from leadportal.db import sweeps
from leads.ingest.events import ingest_events
from leads.invariants import invariants
from leads.judging import due
from leads.judging.basis import Basis
from leads.judging.due import drain, judge_taken, take
from leads.judging.parked import replay
from leads.models import Judgement, Lead, News, StageChange
from tests import factories
from tests.concurrently import at_once, meanwhile, rolled_back
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
AT = timezone.now()


def later(**span):
    return AT + timedelta(**span)


def arrivals(count, **fields):
    return [factories.lead(f"Person {n}", rescore_at=AT, **fields) for n in range(count)]


@pytest.fixture
def poison(db):
    """A lead whose row cannot be written when it is judged."""
    with factories.as_owner() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.scored_at IS DISTINCT FROM OLD.scored_at AND 'Poison' =
                    (SELECT last_name FROM leads_lead WHERE id = NEW.lead_id) THEN
                    RAISE EXCEPTION 'of maya@brightwater.example';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER refuse_poison BEFORE UPDATE ON leads_judgement
                FOR EACH ROW EXECUTE FUNCTION refuse_poison();
            """
        )
    return factories.lead("Maya Poison", rescore_at=AT)


def cure():
    with factories.as_owner() as cursor:
        cursor.execute("DROP TRIGGER refuse_poison ON leads_judgement")


def test_everything_due_is_judged_once_and_then_nothing_is_left():
    arrivals(7)

    assert drain(at=AT) == 7
    assert drain(at=AT) == 0
    assert not factories.due(AT)


def test_a_limit_is_kept():
    arrivals(7)

    assert [drain(at=AT, limit=5), drain(at=AT, limit=5)] == [5, 2]


def test_whom_time_changed_longest_ago_is_taken_first():
    for age in (1, 3, 2):
        factories.lead(f"Waits {age}", fit=10, rescore_at=later(minutes=-age))

    with transaction.atomic():
        taken = take(Basis.now(AT), 2).ids

    assert set(Lead.objects.filter(pk__in=taken).values_list("last_name", flat=True)) == {"3", "2"}


def test_who_came_first_is_taken_first():
    first, second, _ = arrivals(3)

    with transaction.atomic():
        assert take(Basis.now(AT), 2).ids == [first.pk, second.pk]


def test_news_goes_before_all_else_and_that_which_came_first_before_other_news():
    arrivals(1)
    third, second, first = (factories.lead(fit=10) for _ in range(3))
    factories.news(first, second, third, at=AT)

    with transaction.atomic():
        assert take(Basis.now(AT), 2).ids == sorted([first.pk, second.pk])


def test_leads_of_an_older_version_are_due_until_the_live_one_has_judged_them():
    arrivals(3)
    drain(at=AT)

    version = factories.switched_on(simple.content(), at=AT)

    assert drain(at=AT) == 3
    assert set(Judgement.objects.values_list("version", flat=True)) == {version.pk}
    assert drain(at=AT) == 0


def test_a_version_is_switched_on_at_its_hour_by_the_drain_itself():
    arrivals(2)
    drain(at=AT)
    version = editing.draft(simple.content(), author=factories.marketing_manager())
    editing.propose(version)
    signing.sign(version, version.author, "marketing")
    signing.sign(version, factories.sales_manager(), "sales")
    switching.schedule(version, later(hours=1))

    assert drain(at=later(minutes=59)) == 0
    assert drain(at=later(hours=1)) == 2
    assert current.live() == version


def test_a_second_version_during_a_rescoring_judges_everybody_and_the_first_nobody_more():
    arrivals(6)
    drain(at=AT)
    first = factories.switched_on(simple.content(), at=AT)
    assert drain(at=AT, limit=2) == 2

    second = factories.switched_on(simple.content(), at=later(hours=1))

    assert Judgement.objects.filter(version=first).count() == 2
    assert drain(at=later(hours=1)) == 6
    assert set(Judgement.objects.values_list("version", flat=True)) == {second.pk}


def test_a_scheduled_version_judges_whom_one_drafted_later_had_judged():
    scheduled = editing.draft(simple.content(), author=factories.marketing_manager())
    editing.propose(scheduled)
    signing.sign(scheduled, scheduled.author, "marketing")
    signing.sign(scheduled, factories.sales_manager(), "sales")
    switching.schedule(scheduled, later(hours=1))
    arrivals(3)
    meanwhile_live = factories.switched_on(simple.content(), at=AT)
    assert drain(at=AT) == 3
    assert meanwhile_live.pk > scheduled.pk

    assert drain(at=later(hours=1)) == 3
    assert set(Judgement.objects.values_list("version", flat=True)) == {scheduled.pk}


# A lead that cannot be judged.


def test_one_bad_lead_keeps_nobody_waiting(poison):
    others = arrivals(50)

    drain(at=AT)

    judged = Judgement.objects.filter(pk__in=[lead.pk for lead in others])
    assert judged.filter(scored_at=AT, attempts=0).count() == 50
    assert not factories.due(AT)
    poison.refresh_from_db()
    assert (
        poison.judgement.attempts,
        poison.judgement.parked_error,
        poison.judgement.scored_at,
    ) == (1, "", None)
    assert poison.judgement.rescore_at == AT + due.RETRY_AFTER


def test_it_is_parked_after_five_tries_and_says_no_name(poison):
    for tried in range(1, 6):
        drain(at=later(seconds=10 * tried))
        poison.refresh_from_db()
        assert poison.judgement.attempts == tried

    assert poison.judgement.parked_error == "InternalError P0001"
    assert drain(at=later(days=1)) == 0


def test_a_bad_lead_of_an_older_version_has_its_five_tries_as_well(poison):
    Lead.objects.filter(pk=poison.pk).update(last_name="Well")
    factories.judged(poison, **factories.scored(0, 0))
    factories.news(poison, at=AT)
    drain(at=AT)
    Lead.objects.filter(pk=poison.pk).update(last_name="Poison")
    factories.switched_on(simple.content(), at=AT)

    drain(at=later(seconds=1))

    poison.refresh_from_db()
    assert (poison.judgement.attempts, poison.judgement.parked_error) == (1, "")


def test_a_lead_that_is_well_again_is_judged_when_it_is_replayed(poison):
    for tried in range(1, 6):
        drain(at=later(seconds=10 * tried))
    cure()

    replay(poison)
    drain(at=later(days=1))

    poison.refresh_from_db()
    assert (poison.judgement.attempts, poison.judgement.parked_error) == (0, "")
    assert poison.judgement.scored_at == later(days=1)


def test_only_a_scheduled_version_can_fail_to_go_live(monkeypatch, caplog):
    def broken(*, at):
        raise OperationalError("the database was restarted")

    monkeypatch.setattr(switching, "switch_on_scheduled", broken)

    with pytest.raises(OperationalError):
        drain(at=AT)

    assert "did not go live" not in caplog.text


def test_criteria_that_cannot_be_read_park_nobody(monkeypatch):
    arrivals(3)

    def broken(*args):
        raise ConditionError("rules.0", "gone")

    monkeypatch.setattr(current, "_PARSED", {})  # nothing was read before
    monkeypatch.setattr(current, "parse_content", broken)
    with pytest.raises(ConditionError):
        drain(at=AT)

    assert set(Judgement.objects.values_list("attempts", "parked_error")) == {(0, "")}
    monkeypatch.undo()
    assert len(factories.due(AT)) == 3


def test_a_statement_that_always_fails_parks_nobody(monkeypatch):
    arrivals(3)
    monkeypatch.setattr("leads.judging.scoring._STATEMENT", "SELECT {ids}, {at}, no_such_column")
    monkeypatch.setattr("leads.judging.scoring._MADE", {})

    with pytest.raises(DatabaseError):
        drain(at=AT)

    assert set(Judgement.objects.values_list("attempts", "parked_error")) == {(0, "")}


# Two workers.


@pytest.mark.django_db(transaction=True)
def test_what_one_worker_holds_another_leaves_alone():
    held, free = arrivals(2)

    with rolled_back():
        Judgement.objects.select_for_update(no_key=True).get(pk=held.pk)
        with meanwhile(lambda: drain(at=AT)) as drained:
            assert drained.result(5) == 1
        free.refresh_from_db()
        assert free.judgement.scored_at == AT
    assert drain(at=AT) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_work_and_none_is_done_twice():
    arrivals(40)
    due_before, size = due.BATCH, 5
    due.BATCH = size
    try:
        done = at_once([lambda: drain(at=AT)] * 4)
    finally:
        due.BATCH = due_before

    assert sum(done) == 40, done
    assert StageChange.objects.filter(origin="inquiry").count() == 40


@pytest.mark.django_db
def test_whoever_finds_a_whole_batch_calls_another_once(monkeypatch):
    arrivals(16)
    called = []
    monkeypatch.setattr(due, "BATCH", 5)
    monkeypatch.setattr(sweeps, "CALLERS", [called.append])

    drain(at=AT, limit=4)
    assert not called
    drain(at=AT)

    assert [sweep.name for sweep in called] == ["judge"]


@pytest.mark.django_db(transaction=True)
def test_news_that_comes_during_a_batch_waits_for_nobody_and_is_not_lost():
    (lead,) = arrivals(1)
    event = {"type": "demo_request", "lead": {"id": lead.pk}, "occurred_at": AT.isoformat()}
    sender = factories.integration()

    with transaction.atomic():
        basis = Basis.now(AT)
        judge_taken(take(basis, 10), basis)
        with meanwhile(
            lambda: ingest_events([event], integration=sender, at=later(seconds=1))
        ) as arrived:
            assert not arrived.result(5)[0].errors

    lead.refresh_from_db()
    assert (lead.judgement.intent, lead.news.get().at) == (0, later(seconds=1))
    assert drain(at=later(seconds=1)) == 1
    lead.refresh_from_db()
    assert lead.judgement.intent == 25


@pytest.mark.django_db(transaction=True)
def test_news_of_whom_a_worker_holds_stays_for_its_next_look():
    (lead,) = arrivals(1)
    drain(at=AT)
    factories.news(lead, at=AT)

    with rolled_back():
        Judgement.objects.select_for_update(no_key=True).get(pk=lead.pk)
        with meanwhile(lambda: drain(at=AT)) as drained:
            assert drained.result(5) == 0

    assert lead.news.count() == 1
    assert drain(at=AT) == 1
    assert not News.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_lead_is_judged_by_exactly_one_version_while_one_is_switched_on():
    arrivals(60)
    drain(at=AT)
    factories.news(*Lead.objects.all(), at=AT)
    before, due.BATCH = due.BATCH, 5
    try:
        switch = [lambda: factories.switched_on(simple.content(), at=AT)]
        results = at_once(switch + [lambda: drain(at=AT)] * 3)
        drain(at=AT)
    finally:
        due.BATCH = before

    version = current.live()
    assert version.number == 2, results
    assert not [found for found in results if isinstance(found, Exception)], results
    assert set(Judgement.objects.values_list("version", flat=True)) == {version.pk}
    assert not [row for answer in invariants.violations() for row in answer.offences]

"""A handoff is claimed by one rep at most, whatever the race, and given back with its clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import Portal, User
from funnel.models import Queue, QueueMember
from funnel.promises import due_at
from funnel.stages import MoveNotAllowed, Stage
from leads.handoffs import touches
from leads.handoffs.claims import (
    AlreadyClaimed,
    AtLimit,
    NotAMember,
    NotOpen,
    ReleaseRefused,
    claim,
    claim_next,
    release,
)
from leads.models import Handoff, Lead, StageChange
from tests import factories
from tests.concurrently import at_once, meanwhile, rolled_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return factories.rep("Dana Okafor")


@pytest.fixture
def other():
    return factories.rep("Marcus Weil")


def moves(handoff):
    rows = StageChange.objects.filter(lead=handoff.lead).order_by("at", "id")
    return [(row.origin, row.target) for row in rows][-2:]


def moves_of(handoff):
    """Every move of one handoff, in the order it was written."""
    rows = StageChange.objects.filter(handoff=handoff).order_by("id")
    return list(rows.values_list("origin", "target"))


def test_a_claim_gives_the_lead_to_the_rep_with_a_clock_for_the_first_touch(rep):
    handoff, at = factories.handoff(), timezone.now()

    claimed = claim(handoff, rep, at=at)

    assert (claimed.state, claimed.claimed_by, claimed.claimed_at) == ("claimed", rep, at)
    assert claimed.touch_due_at == at + timedelta(hours=2)
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner, lead.stage_since) == ("claimed", rep, at)
    row = StageChange.objects.filter(lead=lead).latest("id")
    assert (row.origin, row.target, row.actor, row.person, row.handoff) == (
        "sql",
        "claimed",
        "rep",
        rep,
        handoff,
    )


def test_the_loser_is_told_who_was_faster_and_when(rep, other):
    handoff = factories.handoff()
    won = claim(handoff, rep)

    with pytest.raises(AlreadyClaimed, match="Dana Okafor claimed Maya Lindqvist") as lost:
        claim(handoff, other)

    assert (lost.value.by, lost.value.at) == (rep, won.claimed_at)


def test_a_double_click_is_the_same_success(rep):
    handoff = factories.handoff()
    first = claim(handoff, rep)

    again = claim(handoff, rep, at=timezone.now() + timedelta(minutes=5))

    assert (again.state, again.claimed_at) == ("claimed", first.claimed_at)
    assert moves(handoff)[-1] == ("sql", "claimed")
    assert StageChange.objects.filter(target="claimed").count() == 1


def test_a_withdrawn_handoff_is_open_for_nobody(rep):
    lead = factories.lead(stage=Stage.MQL, fit=10)

    with pytest.raises(NotOpen, match="no longer waiting"):
        claim(factories.withdrawn(lead), rep)


def test_only_a_member_of_the_queue_claims_from_it():
    handoff = factories.handoff()

    with pytest.raises(NotAMember, match="You are not in the queue"):
        claim(handoff, factories.outsider())
    assert Handoff.objects.get().state == "open"


def test_who_left_the_company_claims_nothing(rep):
    handoff = factories.handoff()
    User.objects.filter(pk=rep.pk).update(is_active=False)

    with pytest.raises(NotAMember):
        claim(handoff, rep)
    assert claim_next(rep) is None
    assert Handoff.objects.get().state == "open"


def test_only_a_lead_the_table_of_moves_lets_a_rep_claim_is_claimed(rep):
    astray, sound = factories.handoff(minutes=5), factories.handoff(minutes=30)
    # As no code of ours leaves it: an open handoff of a lead that is no SQL.
    with factories.unguarded():
        Lead.objects.filter(pk=astray.lead_id).update(stage=Stage.NURTURE)

    with pytest.raises(MoveNotAllowed, match="from Nurture to Claimed"):
        claim(astray, rep)
    assert [claim_next(rep), claim_next(rep)] == [sound, None]


def test_the_promise_of_a_claim_is_that_of_the_settings(rep):
    handoff, at = factories.handoff(), timezone.now()
    Portal.load()
    Portal.objects.update(touch_minutes=45)

    assert claim(handoff, rep, at=at).touch_due_at == due_at(at, 45)


def test_a_claim_is_one_round_trip(rep, django_assert_num_queries):
    first = factories.handoff()
    second = factories.handoff()

    with django_assert_num_queries(1):
        claim(first, rep)
    with django_assert_num_queries(1):
        assert claim_next(rep).claimed_by == rep
    assert StageChange.objects.filter(target="claimed").count() == 2
    assert Handoff.objects.get(pk=second.pk).state == "claimed"


def test_a_claim_goes_with_the_transaction_it_is_part_of(rep):
    handoff = factories.handoff()

    with rolled_back():
        assert claim_next(rep) == handoff

    assert Handoff.objects.get().state == "open"
    assert Lead.objects.get().stage == "sql"
    assert not StageChange.objects.filter(target="claimed").exists()


def test_a_rep_at_the_limit_gets_no_more_until_a_first_touch(rep):
    Portal.load()
    Portal.objects.update(held_limit=2)
    held = [claim(factories.handoff(), rep) for _ in range(2)]
    third = factories.handoff()

    with pytest.raises(AtLimit, match="You hold 2 of 2") as refused:
        claim(third, rep)
    assert (refused.value.held, refused.value.limit) == (2, 2)
    with pytest.raises(AtLimit):
        claim_next(rep)
    # What one holds already is no new claim.
    assert claim(held[0], rep)

    touches.log_touch(held[0], rep, channel="call", result="talked")
    assert claim(third, rep).state == "claimed"


def test_the_next_one_is_that_with_the_least_time_left_in_ones_own_queues(rep):
    elsewhere = Queue.objects.create(name="Nordics")
    factories.handoff(queue=elsewhere, minutes=1)
    late, soon = factories.handoff(minutes=30), factories.handoff(minutes=5)

    assert [claim_next(rep), claim_next(rep), claim_next(rep)] == [soon, late, None]


def test_the_least_time_left_counts_across_all_of_ones_queues(rep):
    nordics = Queue.objects.create(name="Nordics")
    QueueMember.objects.create(queue=nordics, user=rep)
    minutes = {1: nordics, 2: None, 3: nordics, 4: None}
    waiting = [factories.handoff(minutes=m, queue=queue) for m, queue in minutes.items()]

    assert [claim_next(rep) for _ in range(5)] == [*waiting, None]


def test_at_the_limit_with_nothing_waiting_nothing_waits(rep):
    Portal.load()
    Portal.objects.update(held_limit=1)
    claim(factories.handoff(), rep)

    assert claim_next(rep) is None


def test_what_is_given_back_keeps_its_clock_and_is_judged_again(rep, other):
    handoff = factories.handoff()
    due_at = handoff.due_at
    claim(handoff, rep)

    given_back = release(handoff, rep, reason="  On a plane ")

    assert (given_back.state, given_back.due_at, given_back.claimed_by) == ("open", due_at, None)
    assert (given_back.claimed_at, given_back.touch_due_at) == (None, None)
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("sql", None)
    assert factories.due() == {lead.pk}
    assert StageChange.objects.filter(lead=lead).latest("id").reason == "On a plane"
    assert claim(handoff, other).claimed_by == other


def test_giving_back_needs_a_reason_and_the_lead_in_ones_hands(rep, other):
    handoff = claim(factories.handoff(), rep)

    with pytest.raises(ReleaseRefused, match="Say why"):
        release(handoff, rep, reason="  ")
    with pytest.raises(ReleaseRefused, match="not in your hands"):
        release(handoff, other, reason="Mine")
    assert Handoff.objects.get().claimed_by == rep


# Races, on real connections.


@pytest.mark.django_db(transaction=True)
def test_only_the_first_claim_wins():
    reps = [factories.rep(f"Rep {n}") for n in range(20)]
    waiting = [factories.handoff() for _ in range(5)]

    for handoff in waiting:
        results = at_once([lambda rep=rep, h=handoff: claim(h, rep) for rep in reps])

        winners = [found for found in results if isinstance(found, Handoff)]
        losers = [found for found in results if isinstance(found, AlreadyClaimed)]
        assert (len(winners), len(losers)) == (1, 19), results
        assert {lost.by for lost in losers} == {winners[0].claimed_by}
    assert StageChange.objects.filter(target="claimed").count() == 5


@pytest.mark.django_db(transaction=True)
def test_many_reps_take_the_next_one_and_no_two_the_same():
    reps = [factories.rep(f"Rep {n}") for n in range(8)]
    for _ in range(8):
        factories.handoff()

    taken = at_once([lambda rep=rep: claim_next(rep) for rep in reps])
    taken += at_once([lambda rep=rep: claim_next(rep) for rep in reps])

    handoffs_taken = [found for found in taken if found is not None]
    assert len(handoffs_taken) == len({found.pk for found in handoffs_taken}) == 8
    assert not Handoff.objects.open().exists()


@pytest.mark.django_db(transaction=True)
def test_one_rep_in_two_windows_never_passes_the_limit():
    rep = factories.rep()
    Portal.load()
    Portal.objects.update(held_limit=1)
    waiting = [factories.handoff() for _ in range(2)]

    results = at_once(
        [
            lambda: claim(waiting[0], rep),
            lambda: claim(waiting[1], rep),
            lambda: claim_next(rep),
            lambda: claim_next(rep),
        ]
    )

    assert Handoff.objects.held_by(rep).count() == 1
    assert all(isinstance(found, Handoff | AtLimit) for found in results), results


@pytest.mark.django_db(transaction=True)
def test_a_second_window_waits_and_counts_what_the_first_one_claimed():
    rep = factories.rep()
    Portal.load()
    Portal.objects.update(held_limit=1)
    one, two = factories.handoff(), factories.handoff()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            claim(one, rep)
            begun = pool.submit(at_once, [lambda: claim(two, rep)])
            _until_somebody_waits()
        (refused,) = begun.result(5)

    assert isinstance(refused, AtLimit), refused
    assert Handoff.objects.get(pk=two.pk).state == "open"


@pytest.mark.django_db(transaction=True)
def test_one_rep_in_many_windows_takes_exactly_the_limit():
    rep = factories.rep()
    Portal.load()
    Portal.objects.update(held_limit=3)
    for _ in range(12):
        factories.handoff()

    results = at_once([lambda: claim_next(rep)] * 12)

    taken = {found.pk for found in results if isinstance(found, Handoff)}
    assert len(taken) == Handoff.objects.held_by(rep).count() == 3
    assert sum(isinstance(found, AtLimit) for found in results) == 9, results


@pytest.mark.django_db(transaction=True)
def test_claim_take_next_and_give_back_at_once_leave_one_owner_and_a_whole_ledger():
    reps = [factories.rep(f"Rep {n}") for n in range(4)]
    handoff = factories.handoff()

    for _ in range(5):
        owner = claim_next(reps[0]).claimed_by
        at_once(
            [
                lambda owner=owner: release(handoff, owner, reason="Busy"),
                *[lambda rep=rep: claim(handoff, rep) for rep in reps[1:]],
                *[lambda rep=rep: claim_next(rep) for rep in reps[1:]],
            ]
        )
        handoff.refresh_from_db()
        assert Lead.objects.get().owner == handoff.claimed_by
        assert Lead.objects.get().stage == ("claimed" if handoff.claimed_by else "sql")
        if handoff.claimed_by:
            release(handoff, handoff.claimed_by, reason="Next round")

    moved = moves_of(handoff)
    assert moved == [("sql", "claimed"), ("claimed", "sql")] * (len(moved) // 2)


@pytest.mark.django_db(transaction=True)
def test_taking_the_next_one_looks_behind_a_head_that_others_hold(rep):
    waiting = [factories.handoff(minutes=minute) for minute in range(1, 24)]

    with rolled_back():
        held = [handoff.lead_id for handoff in waiting[:22]]
        list(Lead.objects.select_for_update(no_key=True).filter(pk__in=held))
        with meanwhile(lambda: [claim_next(rep), claim_next(rep)]) as taken:
            assert taken.result(5) == [waiting[22], None]


@pytest.mark.django_db(transaction=True)
def test_taking_the_next_one_passes_over_what_somebody_holds(rep):
    soon, late = factories.handoff(minutes=5), factories.handoff(minutes=30)

    with rolled_back():
        Lead.objects.select_for_update(no_key=True).get(pk=soon.lead_id)
        with meanwhile(lambda: claim_next(rep)) as taken:
            assert taken.result(5) == late


@pytest.mark.django_db(transaction=True)
def test_a_claim_and_a_withdrawal_never_wait_in_a_circle(rep):
    handoff = factories.handoff()

    def run():
        try:
            return claim(handoff, rep)
        finally:
            connections.close_all()

    def withdraw():
        with transaction.atomic():
            # As the machine does: first the lead, then its handoff.
            Lead.objects.select_for_update(no_key=True).get(pk=handoff.lead_id)
            claiming = pool.submit(run)
            _until_somebody_waits()
            Handoff.objects.filter(pk=handoff.pk).update(
                state="closed", outcome="withdrawn", closed_at=timezone.now()
            )
        return claiming

    with ThreadPoolExecutor(1) as pool:
        claiming = withdraw()
        with pytest.raises(NotOpen):
            claiming.result(5)


def _until_somebody_waits():
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT count(*), pg_sleep(0.01) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")

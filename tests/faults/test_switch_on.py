"""A version switched on while real processes post and judge: one judge at a time, by the ledger."""

import signal
import sys

import pytest
from django.conf import settings
from django.db.models import Max, Min

from leadportal.local import folders, processes
from leads.impact import counting
from leads.invariants import invariants
from leads.models import Event, Judgement, Lead, StageChange
from leads.switch_on import confirmation
from tests import factories
from tests.leads.judging import simple
from tests.processes import environment, eventually

pytestmark = pytest.mark.integration


class Sender:
    """A process that posts, and what it was told is taken in."""

    def __init__(self, number):
        self.log = folders.log_file(settings.DATA_DIR, f"sender-{number}")
        self.log.write_text("")
        command = [sys.executable, "-m", "tests.faults.sender", number]
        self.process = processes.spawn(
            "sender", command, log=self.log, env=environment(), stop_signal=signal.SIGKILL
        )

    def taken(self):
        """(lead id, event id) of each whole line."""
        lines = self.log.read_text().split("\n")[:-1]
        return [tuple(map(int, line.split())) for line in lines]

    def has_sent(self, more):
        goal = len(self.taken()) + more
        return lambda: len(self.taken()) >= goal


@pytest.fixture
def before(transactional_db):
    return factories.switched_on(simple.content())


@pytest.fixture
def senders(before):
    factories.integration()
    made = [Sender(number) for number in range(3)]
    yield made
    for sender in made:
        sender.process.stop()


def test_every_lead_is_judged_by_one_version_at_a_time_and_in_the_end_by_the_live_one(
    worker, before, senders
):
    after = factories.signed(simple.content(mql=5, sql=20))
    for sent in [sender.has_sent(25) for sender in senders]:
        eventually(sent)
    eventually(lambda: StageChange.objects.filter(version=before, target="sql").exists())

    count = counting.finish(counting.start_count(after))
    confirmation.switch_on_confirmed(after, count, confirmed_sqls=count.new_sqls)
    for sent in [sender.has_sent(25) for sender in senders]:
        eventually(sent)
    for sender in senders:
        sender.process.stop()

    eventually(lambda: factories.all_judged(by=after))
    taken = [pair for sender in senders for pair in sender.taken()]
    assert {lead for lead, _ in taken} <= {*Lead.objects.values_list("pk", flat=True)}
    assert {event for _, event in taken} <= {*Event.objects.values_list("pk", flat=True)}
    judged = StageChange.objects.exclude(version=None)
    assert {*judged.values_list("version", flat=True)} == {before.pk, after.pk}
    last = judged.filter(version=before).aggregate(id=Max("id"), at=Max("at"))
    first = judged.filter(version=after).aggregate(id=Min("id"), at=Min("at"))
    assert last["id"] < first["id"]
    assert last["at"] <= first["at"]
    assert replayed() == dict(Lead.objects.values_list("pk", "stage"))
    assert not Judgement.objects.exclude(attempts=0, parked_error="").exists()
    assert [row for answer in invariants.violations() for row in answer.offences] == []


def replayed():
    """Where each lead stands by the ledger."""
    return dict(StageChange.objects.order_by("id").values_list("lead", "target"))

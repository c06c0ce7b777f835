"""A broker that dies loses time, never work."""

import json
import signal
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from kombu import pools

from accounts.keys import keys
from accounts.models import Scope
from leadportal.celery import app
from leadportal.local import valkey as valkey_server
from leads.ingest.leads import ingest_leads
from leads.models import Event, Handoff, Judgement, Lead
from tests import factories
from tests.faults.world import demo, hang_at_handoffs, hot, let_go, offences, somebody_hangs
from tests.leads.judging import simple
from tests.processes import eventually

pytestmark = pytest.mark.integration


def test_what_comes_in_while_the_broker_is_dead_is_judged_when_it_is_back(
    worker, live_portal, broker
):
    # MQLs, all judged; the next version makes each an SQL, and its first batch hangs.
    factories.switched_on(simple.content())
    website = factories.integration()
    ingest_leads([hot(n) for n in range(600)], integration=website)
    eventually(lambda: not Lead.objects.exclude(stage="mql").exists())
    _, key = keys.create(website, scopes=[Scope.LEADS_WRITE, Scope.EVENTS_WRITE])
    hang_at_handoffs()
    version = factories.switched_on(simple.content(sql=10))
    eventually(somebody_hangs)

    broker.kill()
    let_go()
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: post(live_portal, key, demo(n)), range(560, 640)))
    broker.start()

    assert [status for status, _ in told] == [201] * 80
    eventually(lambda: factories.all_judged(by=version))
    assert Event.objects.filter(pk__in=[answer["id"] for _, answer in told]).count() == 80
    assert Lead.objects.count() == 640
    # Who came in by an event alone has not said yes.
    assert Lead.objects.filter(stage="sql").count() == Handoff.objects.count() == 600
    assert (
        not Judgement.objects.exclude(intent=20)
        .filter(pk__in=[a["lead"] for _, a in told])
        .exists()
    )
    assert not Judgement.objects.exclude(attempts=0, parked_error="").exists()
    assert offences() == []


class Broker:
    """The Valkey of the run, which may die and come back under the same address."""

    def __init__(self, process):
        self.process = process

    def kill(self):
        self.process.popen.send_signal(signal.SIGKILL)
        self.process.popen.wait(10)

    def start(self):
        self.process.popen = valkey_server.start_valkey(settings.DATA_DIR).popen


@pytest.fixture
def broker(valkey):
    found = Broker(valkey)
    yield found
    if not valkey.is_running():
        found.start()
    # The connections of this process are as dead as the worker's were: forget them.
    pools.reset()
    app._after_fork()


def post(portal, key, event):
    request = urllib.request.Request(
        f"{portal.url}/api/v1/events",
        data=json.dumps(event).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, json.load(answer)

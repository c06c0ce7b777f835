"""A database that is frozen is found out by whoever waits for it, and freezes nobody else."""

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from accounts.keys import keys
from accounts.models import Scope
from leadportal.db.backend import guarded
from leads.models import Lead
from tests import factories
from tests.processes import eventually

pytestmark = pytest.mark.integration


class Frozen:
    """The whole PostgreSQL of the run: its postmaster, and what it has forked."""

    def __init__(self) -> None:
        first = Path(settings.DATA_DIR, "postgres/postmaster.pid").read_text().split()[0]
        listed = [stat.read_text().rpartition(")") for stat in Path("/proc").glob("[0-9]*/stat")]
        of = {int(head.split()[0]): int(tail.split()[1]) for head, _, tail in listed}
        # Where a user namespace runs it, its file names it as it is seen from inside: the same.
        self.pids = [int(first), *(pid for pid, parent in of.items() if parent == int(first))]

    def stop(self) -> None:
        self._tell(signal.SIGSTOP)

    def go_on(self) -> None:
        self._tell(signal.SIGCONT)

    def _tell(self, what: signal.Signals) -> None:
        for pid in self.pids:
            # A worker of its own, like that of autovacuum, ends when it is done.
            with suppress(ProcessLookupError):
                os.kill(pid, what)


@pytest.fixture
def frozen() -> Iterator[Frozen]:
    one = Frozen()
    yield one
    one.go_on()
    connection.close()


def ask(url, data=None, **headers):
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()


def test_requests_are_told_so_in_time_and_all_is_well_when_it_goes_on(live_portal, frozen):
    _, key = keys.create(factories.integration(), scopes=[Scope.LEADS_WRITE])
    call = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def post(n):
        lead = json.dumps({"email": f"maya-{n}@brightwater.example"}).encode()
        return ask(f"{live_portal.url}/api/v1/leads", lead, **call)

    assert [post(n)[0] for n in range(8)] == [201] * 8
    frozen = Frozen()  # with the servers of these connections
    frozen.stop()
    try:
        with ThreadPoolExecutor(40) as pool:
            asked = [pool.submit(post, n) for n in range(8, 40)]
            page = pool.submit(ask, f"{live_portal.url}/account/login/")
            assert ask(f"{live_portal.url}/healthz")[2] == "ok\n"
            status, _, state = ask(f"{live_portal.url}/readyz")
            assert (status, json.loads(state)["database"]) == (503, "down")
            told = [one.result()[:2] for one in [*asked, page]]
        # A second time nobody waits.
        assert post(0)[0] == 503
    finally:
        frozen.go_on()

    assert {status for status, _ in told} == {503}
    assert {headers["Retry-After"] for _, headers in told} == {"5"}
    eventually(lambda: post(40)[0] == 201)
    assert Lead.objects.count() == 9


@pytest.mark.django_db(transaction=True)
def test_a_statement_without_an_answer_is_given_up_and_the_next_connection_works(frozen):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    frozen = Frozen()
    frozen.stop()
    try:
        with (
            guarded.waiting_at_most(connection, 0.3),
            pytest.raises(OperationalError),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1")
        connection.close()
        with pytest.raises(OperationalError, match="did not answer a moment ago"):
            connection.ensure_connection()
    finally:
        frozen.go_on()

    def answers():
        try:
            connection.ensure_connection()
        except OperationalError:
            return False
        return True

    assert eventually(answers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 2")
        assert cursor.fetchone() == (2,)

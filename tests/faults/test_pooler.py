"""Behind a pooler that gives each transaction another connection, all is as without it."""

import json
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.keys import keys
from accounts.models import Scope
from leads.models import Lead
from tests import factories
from tests.processes import environment, web_process

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("process", "seconds"), [("web", "5s"), ("worker", "1min")])
def test_timeouts_and_plans_are_in_force_and_nothing_stays_with_a_connection(
    pooler, process, seconds
):
    env = environment(DATABASE_URL=pooler, LEADPORTAL_PROCESS=process)

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.in_force"], env=env, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    ours = [seconds, "2s", "force_generic_plan"]
    assert (said["inside"], said["alone"], said["chunked"]) == ([ours, ours], ours, ours)
    assert said["bare"] == ["0", "0", "auto"]
    assert (said["kept"], said["left"]) == (list(range(20)), 0)


def test_what_is_posted_by_many_at_once_is_all_there(pooler, valkey):
    _, key = keys.create(factories.integration(), scopes=[Scope.LEADS_WRITE])
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    with web_process(DATABASE_URL=pooler) as web, ThreadPoolExecutor(12) as pool:

        def post(n):
            lead = json.dumps({"email": f"maya-{n}@brightwater.example"}).encode()
            request = urllib.request.Request(f"{web.url}/api/v1/leads", lead, headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status

        told = list(pool.map(post, range(60)))
        with urllib.request.urlopen(f"{web.url}/readyz", timeout=30) as answer:
            assert json.load(answer)["database"] == "ok"

    assert told == [201] * 60
    assert Lead.objects.count() == 60

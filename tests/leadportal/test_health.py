from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leadportal.local import processes
from leadportal.probe import answers
from leads.models import Lead
from tests import factories
from tests.processes import Portal


def test_healthz_asks_no_database(client: Client) -> None:
    # No database mark: a query would fail this test.
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readyz_says_how_long_work_has_waited(client: Client, valkey: processes.Process) -> None:
    factories.begun([Lead(updated_at=timezone.now() - timedelta(seconds=90))])

    answer = client.get("/readyz").json()

    assert answer["database"] == "ok"
    assert answer["redis"] == "ok"
    assert 89 < answer["oldest_due_seconds"]["judge"] < 100


def test_the_portal_answers(live_portal: Portal) -> None:
    assert answers(f"{live_portal.url}/readyz")

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import Client
from django.utils import timezone

from leadportal import gathering, static_files
from leadportal.local import processes
from leadportal.probe import answers
from leadportal.storage import StaticStorage
from leads.models import Judgement, Lead
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


def ready(client: Client) -> tuple[int, dict]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_all_is_well(client: Client, valkey: processes.Process) -> None:
    status, state = ready(client)

    assert status == 200
    assert (state["status"], state["problems"]) == ("ok", [])


@pytest.mark.django_db
def test_a_full_disk_of_the_database_is_known(client: Client, valkey: processes.Process) -> None:
    # As good as full: what it writes beside its tables finds no room.
    with factories.as_owner() as cursor:
        cursor.execute("SET temp_file_limit = 100")
    try:
        status, state = ready(client)
    finally:
        with factories.as_owner() as cursor:
            cursor.execute("RESET temp_file_limit")

    assert (status, state["database"], state["status"]) == (503, "full", "down")
    assert state["problems"] == ["The database is full."]


@pytest.mark.django_db
def test_a_database_that_takes_no_writes_is_known(
    client: Client, valkey: processes.Process
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    assert ready(client)[1]["problems"] == ["The database is read only."]


@pytest.mark.django_db
def test_missing_migrations_are_named(client: Client, valkey: processes.Process) -> None:
    with factories.as_owner() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'leads' AND name ~ '^0018'")

    status, state = ready(client)

    assert status == 503
    assert state["migrations_missing"] == ["leads.0018_one_ledger"]
    assert "leads.0018_one_ledger: manage.py migrate" in state["problems"][0]


@pytest.mark.django_db
def test_missing_static_files_are_known(
    client: Client, valkey: processes.Process, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    storage = StaticStorage(location=tmp_path, manifest_storage=FileSystemStorage(tmp_path))
    monkeypatch.setattr(static_files, "staticfiles_storage", storage)
    assert ready(client)[0] == 503  # nothing was collected

    storage.hashed_files = {"css/portal.css": "css/portal.1.css", "js/main.js": "js/main.2.js"}
    (tmp_path / "css").mkdir()
    (tmp_path / "css/portal.1.css").touch()
    assert ready(client)[1]["static_files"] == "missing"  # one of the two is gone

    (tmp_path / "js").mkdir()
    (tmp_path / "js/main.2.js").touch()
    assert ready(client) == (200, ready(client)[1] | {"static_files": "ok", "problems": []})


@pytest.mark.django_db
def test_work_that_is_late_is_named_and_sends_nobody_away(
    client: Client, valkey: processes.Process
) -> None:
    factories.begun([Lead(updated_at=timezone.now() - timedelta(minutes=6))])

    status, state = ready(client)

    assert (status, state["status"]) == (200, "degraded")
    late = {problem.split(" has ")[0] for problem in state["problems"]}
    assert late == {"Work is late: judge"}


@pytest.mark.django_db
def test_parked_leads_count(client: Client, valkey: processes.Process) -> None:
    lead = factories.lead()
    Judgement.objects.filter(pk=lead.pk).update(parked_error="DataError", rescore_at=None)

    status, state = ready(client)

    assert (status, state["parked_leads"]) == (200, 1)
    assert state["problems"] == ["1 lead could not be judged: manage.py parked"]


@pytest.mark.django_db
def test_a_redis_that_refuses_writes_is_not_ok(client: Client, valkey: processes.Process) -> None:
    hints = gathering.hints
    kept = hints.config_get("maxmemory")
    hints.config_set("maxmemory", "1")
    try:
        status, state = ready(client)
    finally:
        hints.config_set(*kept.popitem())

    assert (status, state["redis"], state["status"]) == (200, "refuses writes", "degraded")


@pytest.mark.django_db
def test_a_part_that_keeps_ending_is_said(
    client: Client, valkey: processes.Process, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = "The worker stopped by itself (exit code 1) for the 4th time. Its log says why."
    (tmp_path / "in-trouble").write_text(f"{said}\n")
    monkeypatch.setenv("IN_TROUBLE", str(tmp_path / "in-trouble"))

    status, state = ready(client)

    assert (status, state["status"], state["problems"]) == (200, "degraded", [said])


def test_the_portal_answers(live_portal: Portal) -> None:
    assert answers(f"{live_portal.url}/readyz")

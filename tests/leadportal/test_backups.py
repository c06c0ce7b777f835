"""The whole record goes into one file and comes back elsewhere, and its secrets go apart."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from leadportal import backups
from leads.ingest.leads import ingest_leads
from leads.judging import due
from leads.models import Lead
from tests import factories
from tests.faults.world import hot
from tests.leads.judging import simple
from tests.processes import environment

OURS = {"SECRET_KEY": "tests-only", "API_KEY_PEPPER": "tests-only"}


def manage(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )


def data_in(file: Path) -> list[str]:
    """Every row of a backup as text, with its table; none of what PostgreSQL says of itself."""
    tools = backups.tools_by_version()[-1]
    text = backups._run([tools.restore, "--data-only", "--file=-", file])
    return sorted(line for line in text.splitlines() if "\t" in line or line.startswith("COPY"))


@pytest.fixture
def elsewhere(transactional_db, as_owner):
    """The environment of a server with an empty database."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE elsewhere")
    env, name = environment(), connection.settings_dict["NAME"]
    urls = ("DATABASE_URL", "DATABASE_OWNER_URL")
    yield env | {url: env[url].replace(f"/{name}", "/elsewhere") for url in urls}
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE elsewhere WITH (FORCE)")


@pytest.mark.integration
def test_from_a_server_to_one_machine_and_back_to_a_server_nothing_changes(elsewhere, tmp_path):
    factories.switched_on(simple.content())
    ingest_leads([hot(n) for n in range(30)], integration=factories.integration())
    due.drain()
    ingest_leads([hot(99)], integration=factories.integration())  # it is still due
    first, second, third = (tmp_path / f"{n}.dump" for n in range(3))
    one_machine = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", *OURS)
    } | {
        "DATA_DIR": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "leadportal.settings",
    }

    call_command("backup", str(first))
    come = manage("restore", first, **one_machine)
    gone = manage("backup", second, **one_machine)
    back = manage("restore", second, **elsewhere)
    again = manage("backup", third, **elsewhere)

    for done in (come, gone, back, again):
        assert done.returncode == 0, done.stderr
    assert "holds  9" in come.stdout
    assert data_in(first) == data_in(second) == data_in(third)
    assert any("person-7@brightwater.example" in row for row in data_in(third))
    # What that machine made for itself at its start gave way.
    kept = {(tmp_path / "data" / "secrets" / name.lower()).read_text() for name in OURS}
    assert kept == {"tests-only"}
    assert manage("restore", second, **elsewhere).stderr.startswith(
        "CommandError: The database is not empty"
    )


@pytest.mark.django_db(transaction=True)
def test_secrets_go_apart_and_are_for_their_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "API_KEY_PEPPER", "pepper $1 # 'and' more")
    file = tmp_path / "today.dump"

    call_command("backup", str(file))

    beside = tmp_path / "today.dump.secrets"
    assert {path.stat().st_mode & 0o777 for path in (file, beside)} == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name, beside.name]
    whole = backups._run([backups.tools_by_version()[-1].restore, "--file=-", file])
    assert "pepper $1" not in whole
    monkeypatch.delenv("API_KEY_PEPPER")
    assert backups._secrets_to_take(beside) == {"API_KEY_PEPPER": "pepper $1 # 'and' more"}


@pytest.mark.django_db(transaction=True)
def test_visits_and_the_cache_stay_behind(tmp_path, client):
    client.force_login(factories.person())
    file = tmp_path / "today.dump"

    call_command("backup", str(file))

    key = client.session.session_key
    assert not any(key in row for row in data_in(file))


def refusal(command: str, file: Path) -> str:
    with pytest.raises(CommandError) as refused:
        call_command(command, str(file))
    return str(refused.value)


@pytest.mark.django_db
def test_a_file_that_is_there_is_not_written_over(tmp_path):
    file = tmp_path / "today.dump"
    file.write_text("yesterday's")

    assert refusal("backup", file) == f"{file} exists already. Name another file."
    assert file.read_text() == "yesterday's"


@pytest.mark.django_db
def test_where_nothing_can_be_written_one_sentence_says_so_and_nothing_is_left(tmp_path):
    assert "cannot be written: No such file or directory." in refusal(
        "backup", tmp_path / "no" / "today.dump"
    )


@pytest.mark.django_db
def test_a_newer_server_than_any_pg_dump_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "server_version", lambda: 99)

    assert "There is no pg_dump for PostgreSQL 99" in refusal("backup", tmp_path / "today.dump")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def empty(monkeypatch):
    """As if the database were."""
    monkeypatch.setattr(backups, "_tables", lambda: 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty")
class TestRefusedBeforeAnythingComesIn:
    """What does not fit is said before a row is written."""

    @pytest.fixture
    def file(self, tmp_path):
        file = tmp_path / "today.dump"
        call_command("backup", str(file))
        return file

    def test_a_newer_version(self, file, monkeypatch):
        known = backups._known_migrations() - {"leads.0037_imports"}
        monkeypatch.setattr(backups, "_known_migrations", lambda: known)

        assert "of a newer version, which has leads.0037_imports" in refusal("restore", file)

    def test_an_older_server(self, file, monkeypatch):
        monkeypatch.setattr(backups, "server_version", lambda: 9)

        assert "this one is 9: take a newer one" in refusal("restore", file)

    def test_other_secrets(self, file, monkeypatch):
        monkeypatch.setenv("API_KEY_PEPPER", "another")

        assert "API_KEY_PEPPER is another one here" in refusal("restore", file)

    def test_no_secrets(self, file, monkeypatch):
        backups.secrets_beside(file).unlink()
        monkeypatch.delenv("SECRET_KEY")

        assert "no API key would work" in refusal("restore", file)

    def test_no_backup(self, file):
        file.write_text("something else")

        assert "is no backup" in refusal("restore", file)

    def test_no_file(self, tmp_path):
        assert "There is no file" in refusal("restore", tmp_path / "nothing.dump")


@pytest.mark.django_db
def test_what_holds_something_is_not_restored_into(tmp_path):
    factories.lead()

    file = tmp_path / "today.dump"
    file.write_text("…")
    assert "The database is not empty" in refusal("restore", file)
    assert Lead.objects.count() == 1

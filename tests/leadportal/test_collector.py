"""What stays is never walked by the collector of cycles, in the web process and in workers."""

import gc
from pathlib import Path

import pytest

import manage
from leadportal import celery, gunicorn


@pytest.fixture(autouse=True)
def _as_before():
    # The tests have frozen what they are made of (tests/conftest.py).
    thresholds = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.freeze()
    gc.set_threshold(*thresholds)


def settle_web():
    gunicorn.when_ready(None)


def settle_worker():
    celery.settle_before_forking()


@pytest.mark.parametrize("settle", [settle_web, settle_worker])
def test_what_stays_is_left_alone_and_shared_with_forks(settle):
    stays = [object() for _ in range(10)], {}

    settle()

    assert gc.get_freeze_count() > 10_000
    assert not any(one is stays for one in gc.get_objects())
    assert gc.get_threshold()[0] > 10_000


def test_web_processes_are_forked_from_one_that_has_loaded_everything():
    assert gunicorn.preload_app
    assert not gunicorn.reload


def test_a_command_makes_the_classes_of_its_migrations_undisturbed(monkeypatch):
    seen = []
    monkeypatch.setattr("sys.argv", ["manage.py", "version"])
    monkeypatch.setattr(
        manage, "execute_from_command_line", lambda _: seen.append(gc.get_threshold()[0])
    )

    manage.run(Path("/nowhere"))

    assert seen[0] > 10_000

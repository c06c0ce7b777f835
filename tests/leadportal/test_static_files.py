"""The commands of the compose file without Docker: the web collects what its pages name."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from leadportal import static_files
from leadportal.local import processes
from leadportal.probe import answers
from tests.processes import environment, free_port

GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "python:leadportal.gunicorn"]


def test_the_web_collects_static_files_by_itself(
    tmp_path: Path, transactional_db: None, valkey: processes.Process
) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = environment(
        BASE_URL=url, PORT=str(port), WEB_CONCURRENCY="1", STATIC_ROOT=str(tmp_path / "static")
    )
    log = tmp_path / "web.log"

    web = processes.spawn("web", GUNICORN, log=log, env=env)
    try:
        processes.wait_until(lambda: answers(f"{url}/healthz"), web, log)
        with urllib.request.urlopen(f"{url}/") as page:  # noqa: S310 - ours
            assert page.status == 200
        assert answers(f"{url}/readyz")
    finally:
        web.stop()


def test_a_web_that_may_not_collect_says_so_in_one_sentence(tmp_path: Path, db: None) -> None:
    (tmp_path / "file").touch()
    env = environment(STATIC_ROOT=str(tmp_path / "file/static"), PORT=str(free_port()))

    done = subprocess.run(
        GUNICORN, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    (sentence,) = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert sentence.startswith(f"Static files cannot be collected in {tmp_path}/file/static: ")


@pytest.mark.parametrize(
    ("there", "collects"), [([], True), ([".collected"], True), (["staticfiles.json"], False)]
)
def test_what_somebody_collected_themselves_is_left_alone(
    there: list[str], collects: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = []
    monkeypatch.setattr(static_files, "collect", collected.append)
    for name in there:
        (tmp_path / name).touch()

    static_files.collect_if_ours(tmp_path)

    assert bool(collected) is collects

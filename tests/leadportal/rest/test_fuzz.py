"""The API says what it takes and answers, and does so: asked by Schemathesis from its description.

A short run with one seed here; `make fuzz` asks for longer, with another seed each time.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.roles import Role
from tests import factories
from tests.api import Api
from tests.processes import Portal

# Cases a verb, beside the examples. None is set where the suite runs.
ASKED = os.environ.get("FUZZ", "")
SHORT = ["--seed", "1", "--phases", "examples,fuzzing", "--max-examples", "4", "--no-shrink"]
SETTINGS = Path(__file__).parents[2] / "fuzz.toml"


@pytest.fixture
def somebody() -> None:
    """What the examples are about, so that not every question is about nothing."""
    factories.person(Role.SALES, email="dana@ourcompany.example")
    factories.person(Role.MARKETING, email="ines@ourcompany.example")
    for name in ("Maya Lindqvist", "Ann Example"):
        factories.handoff(factories.lead(name))


def test_the_api_takes_and_answers_what_it_says(
    somebody: None, live_portal: Portal, tmp_path: Path
) -> None:
    key = Api().plain
    asked = ["--max-examples", ASKED] if ASKED else SHORT
    program = Path(sys.executable).with_name("schemathesis")
    command = [program, "--config-file", SETTINGS, "--no-color", "run"]
    command += [f"{live_portal.url}/api/v1/schema", "--origin", live_portal.url, *asked]
    command += ["-H", f"Authorization: Bearer {key}", "--generation-database", "none"]
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout + done.stderr

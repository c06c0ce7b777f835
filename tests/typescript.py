"""What makes TypeScript types of an API: of npm, so where it is not there its tests are left out.

`npm ci --prefix .ci/typescript` brings it, as .ci/run does.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = ".ci/typescript"
NOT_RUN = f"no openapi-typescript: npm ci --prefix {FOLDER}"
TOOLS = ("openapi-typescript", "tsc")


@pytest.fixture
def typescript() -> Callable[[str], str]:
    """The program of a name, among TOOLS."""
    installed = Path(settings.BASE_DIR, FOLDER, "node_modules", ".bin")
    path = os.pathsep.join([str(installed), os.environ["PATH"]])
    found = {tool: shutil.which(tool, path=path) for tool in ("node", *TOOLS)}
    if not all(found.values()):
        pytest.skip(NOT_RUN)
    return lambda tool: found[tool] or ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    missing = [report for report in skipped if NOT_RUN in str(report.longrepr)]
    if missing:
        terminalreporter.section("TYPESCRIPT TESTS NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(missing)} tests were NOT run: {NOT_RUN}.", red=True)

"""A real PgBouncer before the PostgreSQL of the run, as an operator would put it there.

`apt-get install pgbouncer` brings it, as .ci/run does; where it is not, its tests are left out.
"""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from leadportal.local import folders, postgres, processes
from tests.processes import free_port

NOT_RUN = "no pgbouncer: apt-get install pgbouncer"
# As in docs/operations.md.
INI = """
[databases]
{database} = host={host} port=5432

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
"""


@pytest.fixture
def pooler(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL that leads through it."""
    # Debian's folder of servers is on the path of root only.
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    account = postgres.postgres_account()
    if not program or account.user:
        pytest.skip(NOT_RUN)
    port, name = free_port(), connection.settings_dict
    ini, users = tmp_path / "pgbouncer.ini", tmp_path / "users.txt"
    users.write_text(f'"{settings.APP_ROLE}" ""\n')
    ini.write_text(INI.format(database=name["NAME"], host=name["HOST"], port=port, users=users))
    log = folders.log_file(settings.DATA_DIR, "pgbouncer")
    process = processes.spawn("pgbouncer", [*account.prefix, program, ini], log=log)
    processes.wait_until(lambda: _listens(port), process, log)
    yield (
        f"postgres://{settings.APP_ROLE}@127.0.0.1:{port}/{name['NAME']}"
        "?DISABLE_SERVER_SIDE_CURSORS=True"
    )
    process.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    missing = [report for report in skipped if NOT_RUN in str(report.longrepr)]
    if missing:
        terminalreporter.section("POOLER TESTS NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(missing)} tests were NOT run: {NOT_RUN}.", red=True)

"""Every command of ours, called wrongly in every way: one sentence, never a traceback."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import transaction

from accounts.roles import Role
from tests import factories
from tests.test_architecture import PACKAGES

pytestmark = pytest.mark.django_db

# A call of each command, each argument of which is spoiled in turn.
CALLS = {
    "api_key": [
        "create --integration Website --name Form --source Web --scope leads:write --days 30",
        "revoke abcdef",
        "list",
    ],
    "backup": ["backups/today.dump"],
    "check_invariants": ["--limit 3"],
    "create_user": ["maya@x.example --role sales --name Maya --team Europe --queue Sales"],
    "define_field": ["budget --label Budget --type choice --choice Small --unit EUR"],
    "export_criteria": ["--version 1"],
    "import_criteria": ["criteria.yaml --sign-as dana@x.example"],
    "parked": ["--replay 1 2", "--replay-all", ""],
    "prepare": [""],
    "remove_field": ["budget"],
    "restore": ["today.dump"],
    "seed_demo": ["--leads 10"],
    "switch_on": ["1 --confirm 3 --at 2036-01-01T00:00Z"],
    "up": [""],
    "user": [
        "list",
        "add maya@x.example --role sales --name Maya --team Europe --queue Sales",
        "change dana@x.example --role sales --name Dana --team Europe --queue Sales",
        *(
            f"{act} dana@x.example"
            for act in ["deactivate", "activate", "reset-2fa", "end-sessions", "link"]
        ),
    ],
}
SPOILED = ["", " ", "x" * 300, "-1", "0", "9" * 40, "1.5", "café", "a,b", "../..", "--nosuch"]


def spoiled(call: list[str]) -> Iterator[list[str]]:
    """The call with one argument left out, replaced or added."""
    yield [*call, "--nosuch"]
    yield [*call, "one more"]
    for place in range(len(call)):
        yield call[:place] + call[place + 1 :]
        for value in SPOILED:
            yield [*call[:place], value, *call[place + 1 :]]


def ours() -> set[str]:
    return {name for name, app in get_commands().items() if app in PACKAGES}


def test_every_command_is_called_here() -> None:
    assert ours() == set(CALLS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_wrong_call_is_told_in_one_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    # So that there is somebody to change, and a demonstration is refused.
    factories.person(Role.SALES, email="dana@x.example")
    factories.lead()

    wrong = []
    for call in CALLS[name]:
        for arguments in spoiled(call.split()):
            try:
                with transaction.atomic():
                    call_command(name, *arguments, stdout=io.StringIO(), stderr=io.StringIO())
                    transaction.set_rollback(True)
            except CommandError as error:
                assert str(error)
            except SystemExit as end:
                if end.code not in (0, 1):
                    wrong.append((arguments, repr(end.code)))
            except Exception as error:
                wrong.append(([one[:20] for one in arguments], repr(error)[:200]))

    assert not wrong, "\n".join(map(str, wrong[:20]))

#!/usr/bin/env python
"""Run a management command; every one but `up` finds or starts the embedded servers itself.

What is wrong around it, as a folder, an argument or a server, is said in one sentence.
"""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

from django.core.management import execute_from_command_line
from django.db import Error

from leadportal import collector
from leadportal.local import folders, owner, postgres

# `up` starts the servers for good; the others never ask the database.
WITHOUT_SERVERS = {"up", "help", "version", "collectstatic", "check", "spectacular"}
# A table or a column is not there: SQLSTATE 42P01, 42703.
NOT_THERE = {"42P01", "42703"}
# Somebody else owns it: SQLSTATE 42501.
NOT_ALLOWED = "42501"

OF_ANOTHER_VERSION = "The database is of another version. Bring it to this one: manage.py migrate"


def needs_servers(arguments: list[str]) -> bool:
    command = arguments[1] if len(arguments) > 1 else "help"
    # `export_criteria --version 2` is a question to the database; a bare --version is not.
    asks_for_help = command == "--version" or {"-h", "--help"} & set(arguments)
    return "DATABASE_URL" not in os.environ and command not in WITHOUT_SERVERS and not asks_for_help


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadportal.settings")
    os.environ.setdefault("LEADPORTAL_PROCESS", sys.argv[1] if len(sys.argv) > 1 else "help")
    data_dir = folders.data_dir_from(os.environ)
    try:
        with folders.one_sentence(data_dir):
            run(data_dir)
    except folders.StartFailed as error:
        sys.exit(str(error))
    except Error as error:
        if sentence := about_the_database(error):
            sys.exit(sentence)
        raise


def run(data_dir: Path) -> None:
    for number, argument in enumerate(sys.argv[1:], 1):
        if not is_text(argument):
            raise folders.StartFailed(f"Argument {number} is not text in UTF-8.")
    # A migration makes the classes of all models some hundred times: a quarter of its time went
    # into looking through them.
    collector.settle()
    with owner.attach_or_start(data_dir) if needs_servers(sys.argv) else nullcontext():
        execute_from_command_line(sys.argv)


def is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:  # bytes that were no text came as surrogates
        return False
    return True


def about_the_database(error: Error) -> str | None:
    """One sentence where the database cannot be reached or is of another version; else None."""
    if not error.__cause__:
        return None
    state = getattr(error.__cause__, "pgcode", None)
    if state is None:  # it is libpq that speaks: of hosts, ports and roles, never of a row
        first = (str(error).strip().splitlines() or ["it said nothing"])[0]
        # Before the first migration, and where the last is of a version with one role.
        if f'role "{postgres.APP_ROLE}" does not exist' in first:
            return OF_ANOTHER_VERSION
        return f"The database does not answer: {first}"
    if state in NOT_THERE:
        return OF_ANOTHER_VERSION
    if state == NOT_ALLOWED:
        return (
            "The role of the database may not do this. Who owns the tables is named by "
            "DATABASE_OWNER_URL."
        )
    return None


if __name__ == "__main__":
    main()

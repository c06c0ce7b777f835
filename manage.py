#!/usr/bin/env python
"""Run a management command; every one but `up` finds or starts the embedded servers itself."""

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from leadportal.local import folders, owner

# `up` starts the servers for good; the others never ask the database.
WITHOUT_SERVERS = {"up", "help", "version", "collectstatic", "check", "spectacular"}


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
        with owner.attach_or_start(data_dir) if needs_servers(sys.argv) else nullcontext():
            execute_from_command_line(sys.argv)
    except folders.StartFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

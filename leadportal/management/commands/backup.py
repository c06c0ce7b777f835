"""backup FILE: the whole record in one file, and the secrets in another beside it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leadportal import backups


class Command(BaseCommand):
    help = "Write the whole record to FILE, and its secrets to FILE.secrets; people may go on."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            backups.write(file)
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        except OSError as error:  # of the file: its name, its folder, its rights
            raise CommandError(f"{file} cannot be used: {error.strerror}.") from error
        size = file.stat().st_size / 1_000_000
        self.stdout.write(
            f"The record is in {file} ({size:,.1f} MB). Keep {backups.secrets_beside(file)} "
            "somewhere else: without it no API key works after a restore."
        )

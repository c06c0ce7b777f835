"""restore FILE: a backup into an empty installation, brought to this version and checked."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from leadportal import backups


class Command(BaseCommand):
    help = (
        "Bring the backup FILE, with FILE.secrets beside it, into an empty installation; then "
        "bring it to this version and check what must always hold."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what the command backup wrote")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            backups.restore(file)
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        except OSError as error:  # of the file: its name, its folder, its rights
            raise CommandError(f"{file} cannot be used: {error.strerror}.") from error
        connection.close()  # it knows nothing of the tables that came
        call_command("migrate", interactive=False, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # no plan is made of tables that look empty
        call_command("check_invariants", stdout=self.stdout)
        self.stdout.write(f"The record of {file} is here. Everybody signs in anew.")

"""`manage.py up`: gives this process over to the supervisor, which holds no Django."""

import os
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run everything on this machine until Ctrl-C: database, broker, web, worker and beat."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reload", action="store_true", help="restart web and worker when code changes"
        )
        parser.add_argument(
            "--end-with-parent",
            action="store_true",
            help="stop when the process that started this one is killed (Linux)",
        )

    def handle(self, *, reload: bool, end_with_parent: bool, **options: object) -> None:
        chosen = {"--reload": reload, "--end-with-parent": end_with_parent}
        arguments = [name for name, given in chosen.items() if given]
        # Same process: whoever started it waits for it and sends it signals.
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "leadportal.up", *arguments])  # noqa: S606

"""Fill an empty installation with the demonstration: one believable year of one company."""

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leads.demo import year


class Command(BaseCommand):
    help = "Make a year of demonstration data in an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--leads", type=int, default=year.LEADS, help=f"how many leads ({year.LEADS})"
        )

    def handle(self, *, leads: int, **options: Any) -> None:
        # Hundreds of batches are judged, as in a year of running.
        logging.getLogger("leads").setLevel(logging.WARNING)
        started = time.monotonic()
        try:
            seeded = year.seed(leads=leads)
        except year.NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Made {seeded.leads:,} leads, {seeded.events:,} events and {seeded.handoffs:,} "
            f"handoffs in {time.monotonic() - started:.0f} s."
        )

"""check_invariants [--json]: ask the database whether what must always hold does hold."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leads.invariants import invariants

MOST_LIMIT = 1_000_000


class Command(BaseCommand):
    help = "Check what must always hold; exit 1 and name the rows that break it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--limit",
            type=int,
            default=invariants.MOST_NAMED,
            help=f"rows to name for each ({invariants.MOST_NAMED})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["limit"] <= MOST_LIMIT:
            raise CommandError(f"--limit is between 1 and {MOST_LIMIT:,}.")
        answers = []
        for answer in invariants.violations(options["limit"]):
            answers.append(answer)
            if not options["json"]:
                self.say(answer)
        holds = not any(answer.offences for answer in answers)
        if options["json"]:
            found = {"holds": holds, "invariants": [asdict(answer) for answer in answers]}
            self.stdout.write(json.dumps(found, indent=2))
        if not holds:
            raise SystemExit(1)

    def say(self, answer: invariants.Answer) -> None:
        mark = self.style.ERROR("broken") if answer.offences else self.style.SUCCESS("holds ")
        self.stdout.write(f"{mark} {answer.number}  {answer.says}")
        for offence in answer.offences:
            self.stdout.write(f"         {offence.table} {offence.id}: {offence.found}")
        if answer.is_cut:
            self.stdout.write("         … and more")

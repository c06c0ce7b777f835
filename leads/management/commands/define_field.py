from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from leads import fields
from leads.models import FieldType

SHOWN_MISFITS = 10


class Command(BaseCommand):
    help = "Define a custom field, or change one; what leads already carry under its name is typed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="as under `attributes` in the API: a-z, 0-9 and _")
        parser.add_argument("--label", required=True)
        parser.add_argument("--type", required=True, choices=FieldType.values)
        parser.add_argument("--choice", action="append", default=[], metavar="TEXT")
        parser.add_argument("--unit", default="")

    def handle(
        self, *args: Any, name: str, label: str, type: str, choice: list[str], **options: Any
    ) -> None:
        try:
            made = fields.define(name, label, type, choices=choice, unit=options["unit"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(
            f"{label} is a field: attributes.{name}. {made.fitted:,} values were there already."
        )
        if made.misfits:
            shown = ", ".join(str(misfit) for misfit in list(made.misfits)[:SHOWN_MISFITS])
            self.stdout.write(
                f"{len(made.misfits):,} do not fit and were left as they are: {shown}"
            )

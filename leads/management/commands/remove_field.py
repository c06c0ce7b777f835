from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from leads import fields


class Command(BaseCommand):
    help = "Remove the definition of a custom field that no criteria use; leads keep its values."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="as under `attributes` in the API")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        try:
            fields.remove(name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"attributes.{name} is no longer a field. Leads keep what they carry.")

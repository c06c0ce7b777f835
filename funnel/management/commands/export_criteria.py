from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from funnel.models import CriteriaVersion
from funnel.text_form import writing
from funnel.versions import current


class Command(BaseCommand):
    help = "Print a criteria version as YAML: the live one, or --version N."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version prints Django's; here it is the one of the criteria.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--version", type=int, dest="number", metavar="N")

    def handle(self, *args: Any, number: int | None = None, **options: Any) -> None:
        if number is None:
            version = current.live()
        else:
            found = CriteriaVersion.objects.filter(number=number).first()
            if found is None:
                raise CommandError(f"There is no version {number}.")
            version = found
        self.stdout.write(writing.export(version), ending="")

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.roles import Role, Side
from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion
from funnel.text_form import reading
from funnel.versions import current, editing, signing, states

# A character takes four bytes at most.
MOST_BYTES = 4 * reading.LARGEST


class Command(BaseCommand):
    help = (
        "Read criteria from a YAML file (or - for standard input) into a draft. With --sign-as, "
        "propose it and sign it as these people. `switch_on` makes it live."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--sign-as", action="append", default=[], metavar="EMAIL")

    @transaction.atomic
    def handle(self, *args: Any, file: str, sign_as: list[str], **options: Any) -> None:
        people = [self._person(email) for email in sign_as]
        sides = [(person, side) for person in people for side in self._sides(person)]
        try:
            document = reading.read_text(self._text(file), current.vocabulary())
            version = editing.draft(
                document.content,
                author=people[0] if people else None,
                based_on=CriteriaVersion.objects.live().first(),
                note=document.note,
            )
            if people:
                version = editing.propose(version)
            for person, side in sides:
                signing.sign(version, person, side)
        except (ConditionError, states.VersionError) as error:
            raise CommandError(f"{error} Nothing was changed.") from None
        if document.has_comments:
            self.stderr.write("Comments are not kept: what should last goes into the note.")
        self.stdout.write(f"v{version.number} is {version.get_state_display().lower()}.")

    def _text(self, file: str) -> str:
        try:
            if file == "-":
                return sys.stdin.read(reading.LARGEST + 1)
            with Path(file).open("rb") as source:
                content = source.read(MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"Cannot read {file}: {error.strerror}.") from None
        if len(content) > MOST_BYTES:
            raise CommandError(f"{file} is larger than {MOST_BYTES:,} bytes.")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise CommandError(f"Cannot read {file}: line {line} is not UTF-8.") from None

    def _person(self, email: str) -> User:
        person = User.objects.active().filter(email=email.lower()).first()
        if person is None:
            raise CommandError(f"Nobody here signs in as {email}.")
        return person

    def _sides(self, person: User) -> list[Side]:
        sides = [signing.SIGNS_FOR[Role(r)] for r in person.roles if r in signing.SIGNS_FOR]
        if not sides:
            raise CommandError(f"{person.email} is no manager of a department.")
        return sides

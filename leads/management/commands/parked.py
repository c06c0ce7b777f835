"""parked [--replay ID … | --replay-all]: leads that could not be judged, and another try."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leadportal.look.formats import exact, some
from leads.judging import parked
from leads.models import Lead


class Command(BaseCommand):
    help = "List the leads that could not be judged, with the kind of error; or let them try again."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--replay", type=int, nargs="+", metavar="ID", help="let these try again")
        acts.add_argument("--replay-all", action="store_true", help="let all try again")

    def handle(
        self, *args: Any, replay: list[int] | None, replay_all: bool, **options: Any
    ) -> None:
        if replay_all:
            self.stdout.write(f"{some(parked.replay_all(), 'lead')} will be judged again.")
        elif replay:
            self.replay(replay)
        else:
            self.say_all()

    def say_all(self) -> None:
        """By id, error and last judgement; no names, as this may go into a ticket."""
        for lead in parked.parked(Lead.objects.all()).iterator():
            judgement = lead.judgement
            judged = (
                f"judged {exact(judgement.scored_at)} by {judgement.version}"
                if judgement.scored_at
                else "never judged"
            )
            self.stdout.write(f"{lead.pk}  {judgement.parked_error}  {judged}")

    def replay(self, ids: list[int]) -> None:
        found = {lead.pk: lead for lead in parked.parked(Lead.objects.filter(pk__in=ids))}
        if unknown := [str(pk) for pk in ids if pk not in found]:
            raise CommandError(f"Not parked: {', '.join(unknown)}. Nothing was changed.")
        for lead in found.values():
            parked.replay(lead)
        self.stdout.write(f"{some(len(found), 'lead')} will be judged again.")

import sys
import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion
from funnel.stages import Stage
from funnel.versions import current, states, switching
from leadportal.db import clock
from leads.impact import counting
from leads.impact.reading import from_json
from leads.models import ImpactCount
from leads.switch_on import confirmation, rescoring

WATCH_SECONDS = 2.0


class Command(BaseCommand):
    help = (
        "Count what switching a signed version on would do, and switch it on, now or --at a time, "
        "once the number of new SQLs is confirmed: typed, or given with --confirm K. "
        "--watch follows the rescoring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("--confirm", type=int, metavar="K", help="the number of new SQLs")
        parser.add_argument("--at", metavar="TIME", help="ISO 8601 with a zone: 2026-03-31T08:00Z")
        parser.add_argument("--watch", action="store_true")

    def handle(
        self,
        *args: Any,
        number: int,
        confirm: int | None,
        at: str | None,
        watch: bool,
        **options: Any,
    ) -> None:
        version = CriteriaVersion.objects.filter(number=number).first()
        if version is None:
            raise CommandError(f"There is no version {number}.")
        when = _moment(at) if at is not None else None
        try:
            count = self._count(version)
            if confirm is None:
                confirm = self._ask(version)
            if confirm is not None:
                self._switch_on(version, count, confirm, when)
        except (states.VersionError, ConditionError) as error:
            raise CommandError(str(error)) from None
        while watch and self._progress(current.live()):
            time.sleep(WATCH_SECONDS)

    def _count(self, version: CriteriaVersion) -> ImpactCount:
        if version.state not in counting.COUNTABLE:
            raise states.VersionError(f"{version} is {version.get_state_display().lower()}.")
        count = counting.finish(counting.start_count(version))
        if count is None:
            raise states.VersionError("The criteria changed while the leads were counted.")
        if count.error:
            raise states.VersionError(count.error)
        self.stdout.write(f"{count.judged:,} leads would be judged by {version}.")
        for (origin, target), leads in from_json(count.moves).items():
            self.stdout.write(f"  {Stage(origin).label} to {Stage(target).label}: {leads:,}")
        self.stdout.write(
            f"{count.new_sqls:,} join the SQLs and {count.lost_sqls:,} leave them. "
            f"{count.staying:,} are claimed and stay where they are."
        )
        return count

    def _ask(self, version: CriteriaVersion) -> int | None:
        """The number a person types; None where nobody sits, or they type none."""
        if why_not := switching.obstacle(version):
            self.stdout.write(why_not)
            return None
        if not sys.stdin.isatty():
            self.stdout.write("To switch it on, give the number of new SQLs with --confirm.")
            return None
        typed = input("Type the number of new SQLs to switch it on, or nothing to leave it: ")
        return int(typed) if typed.strip().isdecimal() else None

    def _switch_on(
        self, version: CriteriaVersion, count: ImpactCount, confirmed: int, when: datetime | None
    ) -> None:
        confirmation.switch_on_confirmed(version, count, confirmed_sqls=confirmed, when=when)
        if when is None:
            self.stdout.write(f"{version} is live. Leads are judged by it one by one.")
        else:
            self.stdout.write(f"{version} goes live at {when.isoformat()}.")

    def _progress(self, version: CriteriaVersion) -> bool:
        done = rescoring.progress(version, at=clock.now())
        text = f"{done.judged:,} of {done.total:,} judged by {version}, {done.moved:,} moved"
        if done.left and done.seconds_left is not None:
            text += f", about {done.seconds_left:,.0f} s left"
        self.stdout.write(text)
        return done.left > 0


def _moment(text: str) -> datetime:
    when = parse_datetime(text)
    if when is None or when.tzinfo is None:
        raise CommandError("Give the time with a zone, like 2026-03-31T08:00+02:00.")
    return when

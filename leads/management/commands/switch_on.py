import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from funnel import versions
from funnel.models import CriteriaVersion
from funnel.stages import Stage
from leads import due, impact
from leads.qualification import clock

WATCH_SECONDS = 2.0


class Command(BaseCommand):
    help = (
        "Say what switching a signed version on would do; with --new-sqls K, confirm that number "
        "and switch it on, now or --at a time. --watch follows the rescoring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("--new-sqls", type=int, metavar="K")
        parser.add_argument("--at", metavar="TIME", help="ISO 8601 with a zone: 2026-03-31T08:00Z")
        parser.add_argument("--watch", action="store_true")

    def handle(
        self,
        *args: Any,
        number: int,
        new_sqls: int | None,
        at: str | None,
        watch: bool,
        **options: Any,
    ) -> None:
        version = CriteriaVersion.objects.filter(number=number).first()
        if version is None:
            raise CommandError(f"There is no version {number}.")
        try:
            if new_sqls is None:
                self._say(impact.of(version), number)
            elif at is not None:
                self._schedule(version, at, new_sqls)
            else:
                live = impact.switch_on(version, confirmed_sqls=new_sqls)
                due.nudge()
                self.stdout.write(f"v{live.number} is live. Leads are judged by it one by one.")
        except versions.VersionError as error:
            raise CommandError(str(error)) from None
        while watch and self._progress(versions.live()):
            time.sleep(WATCH_SECONDS)

    def _schedule(self, version: CriteriaVersion, at: str, new_sqls: int) -> None:
        when = parse_datetime(at)
        if when is None or when.tzinfo is None:
            raise CommandError("Give the time with a zone, like 2026-03-31T08:00+02:00.")
        impact.confirm(version, new_sqls, at=when)
        versions.schedule(version, when)
        self.stdout.write(f"v{version.number} goes live at {when.isoformat()}.")

    def _say(self, found: impact.Impact, number: int) -> None:
        self.stdout.write(f"{found.judged:,} leads would be judged by v{number}.")
        for (origin, target), count in sorted(found.moves.items()):
            self.stdout.write(f"  {Stage(origin).label} to {Stage(target).label}: {count:,}")
        self.stdout.write(
            f"{found.new_sqls:,} join the SQLs and {found.lost_sqls:,} leave them. "
            f"To switch it on: manage.py switch_on {number} --new-sqls {found.new_sqls}"
        )

    def _progress(self, version: CriteriaVersion) -> bool:
        done = impact.progress(version, at=clock())
        text = (
            f"{done.judged:,} of {done.total:,} judged by v{version.number}, {done.moved:,} moved"
        )
        if done.left and done.seconds_left is not None:
            text += f", about {done.seconds_left:,.0f} s left"
        self.stdout.write(text)
        return done.left > 0

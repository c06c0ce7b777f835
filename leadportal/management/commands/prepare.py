"""What has to be true before web and worker start; the first work of `manage.py up`."""

import os
import shlex

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db.models.signals import pre_migrate

from leadportal import static_files
from leads.demo.cast import SIGN_INS
from leads.models import Lead


class Command(BaseCommand):
    help = (
        "Bring database and static files to this version, fill an empty demonstration, and say "
        "who can sign in."
    )
    requires_system_checks = ()

    def handle(self, **options: object) -> None:
        pre_migrate.connect(self._before_migrating)
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEMO and not Lead.objects.exists():
            self._say("Making a year of demonstration data …")
            call_command("seed_demo", stdout=self.stderr)
        if not settings.DEBUG:  # then they are served from where they lie
            static_files.collect(settings.STATIC_ROOT)
        self.stdout.write(who_can_sign_in())

    def _before_migrating(self, *, plan: list[object], **_: object) -> None:
        """Called for each app, with all that is to be done."""
        pre_migrate.disconnect(self._before_migrating)
        if plan:
            self._say("Bringing the database to this version …")

    def _say(self, what: str) -> None:
        """What takes long. Not on the way out, which is kept until the address answers."""
        self.stderr.write(self.style.NOTICE(what))


def who_can_sign_in() -> str:
    """The people of the demonstration with their passwords; else how to make the first admin."""
    users = get_user_model().objects
    if not users.exists():
        return (
            "Nobody can sign in yet. Make the first admin, in another terminal:\n"
            f"  {same_place()}.venv/bin/python manage.py create_user you@company.com"
            " --role admin\n\n"
        )
    if users.filter(email__in=[email for _, email, _ in SIGN_INS]).exists():
        people = (f"  {role:<18} {email:<34} {password}\n" for role, email, password in SIGN_INS)
        return "".join(people) + "\n"
    return ""


def same_place() -> str:
    """What another terminal has to say first, so that its command means the same database."""
    said = ""
    if data_dir := os.environ.get("DATA_DIR"):
        said += f"DATA_DIR={shlex.quote(data_dir)} "
    if "DATABASE_URL" in os.environ:  # it may hold a password
        said += "DATABASE_URL=… SECRET_KEY=… API_KEY_PEPPER=… "
    return said

"""api_key create | list | revoke: the keys by which other systems call us."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.keys import keys
from accounts.models import ApiKey, Scope
from leadportal.db import clock

MOST_DAYS = 36_500


class Command(BaseCommand):
    help = "Create, list and revoke API keys."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="create|list|revoke")
        self.add_create(actions.add_parser("create", help="make a key and print it, once"))
        listing = actions.add_parser("list", help="all keys, newest first")
        listing.set_defaults(run=self.list)
        revoke = actions.add_parser("revoke", help="close a key for good")
        revoke.add_argument("id", help="the id in the key and in the list")
        revoke.set_defaults(run=self.revoke)

    def add_create(self, create: ArgumentParser) -> None:
        create.add_argument("--integration", required=True, help="the system that will use it")
        create.add_argument("--name", default="", help="what for")
        create.add_argument("--source", default="", help="of leads that do not name one")
        create.add_argument(
            "--scope",
            dest="scopes",
            action="append",
            nargs="+",
            required=True,
            help=f"what it may do: {', '.join(Scope.values)}",
        )
        create.add_argument("--days", type=int, default=365, help="how long it works (365)")
        create.set_defaults(run=self.create)

    def handle(self, *args: Any, **options: Any) -> None:
        options["run"](options)

    def create(self, options: dict[str, Any]) -> None:
        """Print nothing but the key, so that a script can keep it in a variable."""
        name = options["integration"].strip()
        if not name or len(name) > 80:
            raise CommandError("Name the integration in up to 80 characters.")
        for option in ("name", "source"):
            if len(options[option]) > 80:
                raise CommandError(f"--{option} takes up to 80 characters.")
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"A key works for at least 1 day and at most {MOST_DAYS}.")
        scopes = [scope for group in options["scopes"] for scope in group]
        try:
            # Before the integration is made, so that a mistyped scope leaves nothing behind.
            keys.known_scopes(scopes)
        except keys.UnknownScope as error:
            raise CommandError(str(error)) from error
        _, plain = keys.create(
            keys.integration_named(name),
            scopes=scopes,
            source=options["source"],
            name=options["name"],
            days=options["days"],
        )
        self.stdout.write(plain)

    def list(self, options: dict[str, Any]) -> None:
        now = clock.now()
        for key in ApiKey.objects.select_related("integration"):
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            columns = [
                key.public_id,
                keys.key_state(key, now),
                f"expires {key.expires_at:%Y-%m-%d}",
                f"used {used}",
                ",".join(key.scopes),
                f"{key.integration}, {key.name}" if key.name else str(key.integration),
            ]
            self.stdout.write("  ".join(columns))

    def revoke(self, options: dict[str, Any]) -> None:
        key = ApiKey.objects.filter(public_id=options["id"]).first()
        if key is None:
            raise CommandError(f"No key has the id {options['id']}. api_key list shows all ids.")
        if not keys.revoke(key):
            raise CommandError(f"The key {key.public_id} was revoked before.")
        self.stdout.write(f"Revoked {key}.")

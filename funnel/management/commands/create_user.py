"""create_user: an account for a person; a sales rep also joins a queue."""

import getpass
import secrets
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.people import people
from accounts.roles import Role
from funnel.models import Queue


class Command(BaseCommand):
    help = (
        "Create an account. Without --password-stdin it asks for the password; where there is"
        " nobody to ask, it makes one and prints it once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--role",
            dest="roles",
            action="append",
            required=True,
            help=f"{', '.join(Role.values)}; repeat it for somebody with two",
        )
        parser.add_argument("--name", default="", help="made from the address if left out")
        parser.add_argument("--team", default="", help="made for the person's side when new")
        parser.add_argument(
            "--queue",
            dest="queues",
            action="append",
            default=[],
            help="a sales queue to join; reps join the default one if none is named",
        )
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from the input"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        roles = known_roles(options["roles"])
        if User.objects.filter(email=email).exists():
            raise CommandError(f"Somebody has the address {email} already.")
        name = options["name"].strip() or name_from(email)
        queues = [queue_named(queue).pk for queue in options["queues"]]
        nobody_yet = User(email=email, name=name)
        password, shown = self.password(nobody_yet, options["password_stdin"])
        try:
            user = people.add(
                email,
                by=None,
                name=name,
                roles=roles,
                team=options["team"],
                password=password,
                queues=queues,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(said(user, list(user.queues.all())))
        if shown:
            self.stdout.write(f"Password, shown once: {shown}")

    def password(self, user: User, from_input: bool) -> tuple[str, str]:
        """The password, and the same again if nobody knows it and it has to be shown."""
        if not from_input and not sys.stdin.isatty():
            made = secrets.token_urlsafe(12)
            return made, made
        typed = sys.stdin.readline().rstrip("\r\n") if from_input else ask_twice()
        try:
            validate_password(typed, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return typed, ""


def ask_twice() -> str:
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("The same again: "):
        raise CommandError("The two passwords differ.")
    return password


def known_roles(names: list[str]) -> list[Role]:
    if unknown := [name for name in names if name not in Role.values]:
        raise CommandError(
            f"Unknown role {', '.join(unknown)}. Known are {', '.join(Role.values)}."
        )
    return [role for role in Role if role in names]


def name_from(email: str) -> str:
    """maya.lindqvist@example.com -> "Maya Lindqvist"."""
    return " ".join(email.partition("@")[0].replace("_", ".").split(".")).title()


def queue_named(name: str) -> Queue:
    queue = Queue.objects.filter(name__iexact=name).first()
    if queue is None:
        known = ", ".join(Queue.objects.values_list("name", flat=True)) or "none yet"
        raise CommandError(f"No queue is called {name}. There is: {known}.")
    return queue


def said(user: User, queues: list[Queue]) -> str:
    roles = ", ".join(Role(role).label for role in user.roles)
    waits = f" and works the queue {', '.join(map(str, queues))}" if queues else ""
    return f"{user.name} can sign in as {user.email} ({roles}){waits}."

"""user list | add | change | deactivate | activate | reset-2fa | end-sessions | link."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.people import people
from accounts.people.groups import GROUPS, Groups
from accounts.roles import Role
from leadportal.look import formats

Options = dict[str, Any]


class Command(BaseCommand):
    help = "List people, add them, change what they may do, and shut them out."

    def add_arguments(self, parser: CommandParser) -> None:
        names = "list|add|change|deactivate|activate|reset-2fa|end-sessions|link"
        actions = parser.add_subparsers(dest="action", required=True, metavar=names)
        actions.add_parser("list", help="everybody, with what they may do").set_defaults(
            run=self.list
        )
        for name, run, text in (
            ("add", self.add, "make an account and print the link to choose a password"),
            ("change", self.change, "another name, other roles, team or queues"),
            ("deactivate", self.deactivate, "end visits and keys at once; claims go back"),
            ("activate", self.activate, "let somebody in again"),
            ("reset-2fa", self.reset_second_factor, "forget a lost authenticator app"),
            ("end-sessions", self.end_sessions, "sign somebody out everywhere"),
            ("link", self.link, "print a new link to choose a password"),
        ):
            one = actions.add_parser(name, help=text)
            one.add_argument("email", help="the address they sign in with")
            one.set_defaults(run=run)
            if name in ("add", "change"):
                add_fields(one, is_new=name == "add")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["run"](options)
        except people.PersonRefused as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error

    def list(self, options: Options) -> None:
        everybody = list(User.objects.select_related("team"))
        kinds = [
            (kind, dict(kind.choices()), kind.of(one.pk for one in everybody)) for kind in GROUPS
        ]
        for person in everybody:
            own = [
                f"{kind.name} {','.join(names[pk] for pk in of.get(person.pk, ())) or 'none'}"
                for kind, names, of in kinds
            ]
            columns = [
                person.email,
                "active" if person.is_active else "switched off",
                ",".join(people.in_order(person.roles)),
                f"team {person.team or 'none'}",
                *own,
                f"signed in {formats.exact(person.last_login) if person.last_login else 'never'}",
                person.name,
            ]
            self.stdout.write("  ".join(columns))

    def add(self, options: Options) -> None:
        fields = fields_of(options)
        name = fields.pop("name", "") or name_from(options["email"])
        person = people.add(options["email"].strip().lower(), by=None, name=name, **fields)
        self.stdout.write(f"{person} has an account ({role_names(person)}).")
        self.say_link(person)

    def change(self, options: Options) -> None:
        person = person_at(options["email"])
        if not people.change(person, by=None, **fields_of(options)):
            self.stdout.write("Nothing was changed.")
            return
        person.refresh_from_db()
        self.stdout.write(f"Changed {person} ({role_names(person)}).")

    def deactivate(self, options: Options) -> None:
        person = people.deactivate(person_at(options["email"]), by=None)
        self.stdout.write(f"{person} is signed out everywhere and cannot sign in any more.")

    def activate(self, options: Options) -> None:
        self.stdout.write(f"{self.act(people.activate, options)} can sign in again.")

    def reset_second_factor(self, options: Options) -> None:
        person = self.act(people.reset_second_factor, options)
        self.stdout.write(f"{person} signs in with the password alone until they set up an app.")

    def end_sessions(self, options: Options) -> None:
        self.stdout.write(f"{self.act(people.end_sessions, options)} is signed out everywhere.")

    def link(self, options: Options) -> None:
        self.say_link(person_at(options["email"]))

    def act(self, verb: Callable[..., User], options: Options) -> User:
        return verb(person_at(options["email"]), by=None)

    def say_link(self, person: User) -> None:
        self.stdout.write("The link to choose a password works once, for three days:")
        self.stdout.write(people.make_password_link(person, by=None))


def add_fields(parser: ArgumentParser, *, is_new: bool) -> None:
    parser.add_argument("--name", help="made from the address if left out" if is_new else None)
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        required=is_new,
        choices=Role.values,
        metavar="ROLE",
        help=f"{', '.join(Role.values)}; repeat it for somebody with two",
    )
    parser.add_argument("--team", help="made for their department when new; '' for none")
    for kind in GROUPS:
        parser.add_argument(
            f"--{kind.option}",
            dest=kind.name,
            action="append",
            metavar="NAME",
            help=f"{kind.help_text} Repeat it for several; '' for none.",
        )


def fields_of(options: Options) -> Options:
    """What was said of a person, checked, as the verbs take it. Raises CommandError."""
    fields = {name: options[name] for name in people.FIELDS if options.get(name) is not None}
    if "roles" in fields:
        fields["roles"] = people.in_order(fields["roles"])
    if "name" in fields and not 0 < len(fields["name"].strip()) <= 120:
        raise CommandError("A name has up to 120 characters.")
    for kind in GROUPS:
        if options.get(kind.name) is not None:
            fields[kind.name] = sorted(ids_of(kind, options[kind.name]))
    return fields


def ids_of(kind: Groups, names: list[str]) -> set[int]:
    known = {name.casefold(): pk for pk, name in kind.choices()}
    wanted = [name.strip().casefold() for name in names if name.strip()]
    if unknown := [name for name in wanted if name not in known]:
        there = ", ".join(name for _, name in kind.choices()) or "none yet"
        raise CommandError(f"No {kind.option} is called {unknown[0]}. There is: {there}.")
    return {known[name] for name in wanted}


def person_at(email: str) -> User:
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise CommandError(f"Nobody has the address {email}. user list shows everybody.")
    return person


def name_from(email: str) -> str:
    """maya.lindqvist@example.com -> "Maya Lindqvist"."""
    return " ".join(email.partition("@")[0].replace("_", ".").split(".")).title()


def role_names(person: User) -> str:
    return ", ".join(str(Role(role).label) for role in people.in_order(person.roles))

"""Accounts of people: added, changed, switched off and on again. Every change is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import policy
from accounts.keys import keys
from accounts.models import ApiKey, PersonChange, Team, User
from accounts.people import links
from accounts.people.groups import GROUPS
from accounts.policy import Action
from accounts.roles import SIDE_OF, Role, Side
from leadportal.db import clock
from leadportal.db.meanwhile import really_new

# What an admin says of a person, beside their groups.
FIELDS = ("name", "roles", "team")


class PersonRefused(Exception):
    """The account cannot be like this; says why."""


@dataclass(frozen=True)
class Held:
    """An account as it is now, held until the transaction ends."""

    person: User
    is_last_admin: bool


@transaction.atomic
def add(
    email: str,
    *,
    by: User | None,
    name: str,
    roles: Iterable[str],
    team: str = "",
    password: str | None = None,
    at: datetime | None = None,
    **groups: Iterable[int],
) -> User:
    """A new account; without a password nobody can sign in until a link was used.

    `groups` are ids by the name of each of GROUPS; where none are said, those of somebody new.
    Raises PersonRefused, NotAllowed, or ValidationError for what is not an address.
    """
    policy.require(by, Action.EDIT_PEOPLE)
    roles = in_order(roles)
    fields = {"name": name, "roles": roles, "team": team_named(team, roles)}
    try:
        with transaction.atomic():
            person = User.objects.create_user(email, password, **fields)
    except IntegrityError:
        raise PersonRefused(_taken(email)) from None
    except ValidationError as error:
        if any(one.code == "unique" for one in error.error_dict.get("email", ())):
            raise PersonRefused(_taken(email)) from None
        raise
    for kind in GROUPS:
        kind.put(person, list(groups.get(kind.name) or kind.of_new(roles)), by)
    _remember(person, by, at, {"account": (None, "added")})
    return person


@transaction.atomic
def change(
    person: User,
    *,
    by: User | None,
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **wanted: Any,
) -> frozenset[str]:
    """Change what of FIELDS and GROUPS is new, and say which that was.

    `read` is what they were when somebody read them. Raises ChangedMeanwhile, PersonRefused or
    NotAllowed; then nothing was changed.
    """
    held = _held(person, by)
    person, now = held.person, state(held.person)
    new = really_new(now, wanted, read)
    roles = new.get("roles", now["roles"])
    if held.is_last_admin and Role.ADMIN not in roles:
        raise PersonRefused(_ONLY_ADMIN)
    if not roles:
        raise PersonRefused("Somebody without a role could open no page. Switch the account off.")
    person.name, person.roles = new.get("name", now["name"]), roles
    if new.keys() & {"roles", "team"}:
        # A team belongs to one department, so with the roles it may become another one.
        person.team = team_named(new.get("team", now["team"]), roles)
    person.save(update_fields=["name", "roles", "team"])
    for kind in GROUPS:
        if kind.name in new:
            kind.put(person, new[kind.name], by)
    _remember(person, by, at, {name: (now[name], value) for name, value in new.items()})
    return frozenset(new)


@transaction.atomic
def deactivate(person: User, *, by: User | None, at: datetime | None = None) -> User:
    """Switch an account off: no visit and no key of theirs opens anything from now on.

    Who depends on it hears of it: claims go back to their queues. Raises PersonRefused or
    NotAllowed.
    """
    held = _held(person, by)
    person = held.person
    if not person.is_active:
        raise PersonRefused(f"The account of {person} is switched off already.")
    if held.is_last_admin:
        raise PersonRefused(_ONLY_ADMIN)
    person.is_active = False
    person.visits_ended += 1
    person.save(update_fields=["is_active", "visits_ended"])
    revoked = _revoke_keys(person, by, at)
    _remember(person, by, at, {"access": (True, False)} | revoked)
    for heard in policy.ON_SWITCHED_OFF:
        heard(person)
    return person


@transaction.atomic
def activate(person: User, *, by: User | None, at: datetime | None = None) -> User:
    """Switch an account on again. Keys stay deleted. Raises PersonRefused or NotAllowed."""
    person = _held(person, by).person
    if person.is_active:
        raise PersonRefused(f"The account of {person} is switched on already.")
    person.is_active = True
    person.save(update_fields=["is_active"])
    _remember(person, by, at, {"access": (False, True)})
    return person


@transaction.atomic
def end_sessions(person: User, *, by: User | None, at: datetime | None = None) -> User:
    """Sign a person out everywhere; links to a password that wait are dead too.

    Raises NotAllowed.
    """
    person = _held(person, by).person
    person.visits_ended += 1
    person.save(update_fields=["visits_ended"])
    _remember(person, by, at, {"visits": (person.visits_ended - 1, person.visits_ended)})
    return person


@transaction.atomic
def reset_second_factor(person: User, *, by: User | None, at: datetime | None = None) -> User:
    """Forget the authenticator app and the recovery codes of who lost both.

    Raises PersonRefused or NotAllowed.
    """
    person = _held(person, by).person
    if not Authenticator.objects.filter(user=person).delete()[0]:
        raise PersonRefused(f"{person} has no authenticator app.")
    _remember(person, by, at, {"second_factor": (True, False)})
    return person


@transaction.atomic
def make_password_link(person: User, *, by: User | None, at: datetime | None = None) -> str:
    """The address at which this person chooses a password, once. Raises PersonRefused, NotAllowed.

    It is shown to who asked and kept nowhere; that it was made is kept.
    """
    person = _held(person, by).person
    if not person.is_active:
        raise PersonRefused(f"The account of {person} is switched off.")
    _remember(person, by, at, {"link": (None, "made")})
    return links.password_address(person)


# --- how it is ---------------------------------------------------------------------------------


def state(person: User) -> dict[str, Any]:
    """FIELDS and GROUPS of a person, as JSON has them."""
    values: dict[str, Any] = {
        "name": person.name,
        "roles": in_order(person.roles),
        "team": person.team.name if person.team else "",
    }
    for kind in GROUPS:
        values[kind.name] = sorted(kind.of([person.pk]).get(person.pk, []))
    return values


def usable_keys(person: User) -> list[ApiKey]:
    """The keys this person made, which end with their account."""
    made = ApiKey.objects.usable(clock.now()).filter(created_by=person)
    return list(made.select_related("integration"))


def in_order(roles: Iterable[str]) -> list[str]:
    """Each role once, in the order they are listed everywhere."""
    given = set(roles)
    return [str(role) for role in Role if role in given]


def team_named(name: str, roles: Iterable[str]) -> Team | None:
    """The team of that name, whatever its case, of the department of these roles; made when new."""
    name = " ".join(name.split())
    if not name:
        return None
    side = next((SIDE_OF[role] for role in map(Role, roles) if role in SIDE_OF), Side.SALES)
    return Team.objects.get_or_create(name__iexact=name, side=side, defaults={"name": name})[0]


# --- together ----------------------------------------------------------------------------------

_ONLY_ADMIN = "They are the only admin who can sign in. Make somebody else an admin first."


def _taken(email: str) -> str:
    return f"Somebody has the address {email} already."


def _held(person: User, by: User | None) -> Held:
    """Hold an account, and those of all admins, in one order.

    So of two admins who shut each other out at once the second one is an admin no more. Raises
    NotAllowed.
    """
    policy.require(by, Action.EDIT_PEOPLE)
    either = User.objects.active().with_role(Role.ADMIN) | User.objects.filter(pk=person.pk)
    rows = {row.pk: row for row in either.select_for_update(no_key=True).order_by("pk")}
    admins = {pk for pk, row in rows.items() if row.is_active and row.has_role(Role.ADMIN)}
    if by is not None and by.pk not in admins:
        raise policy.NotAllowed(policy.only(policy.ALLOWED[Action.EDIT_PEOPLE], Action.EDIT_PEOPLE))
    return Held(rows[person.pk], is_last_admin=admins == {person.pk})


def _revoke_keys(
    person: User, by: User | None, at: datetime | None
) -> dict[str, tuple[list[str], list[str]]]:
    """Close the keys a person made: they may know them. Gives what is to be remembered of it."""
    made = usable_keys(person)
    for key in made:
        keys.revoke(key, by=by, at=at)
    return {"keys": ([str(key) for key in made], [])} if made else {}


def _remember(
    person: User,
    by: User | None,
    at: datetime | None,
    changes: Mapping[str, tuple[Any, Any]],
) -> None:
    named = {kind.name: dict(kind.choices()) for kind in GROUPS if kind.name in changes}

    def as_named(what: str, value: Any) -> Any:
        """Groups by name: what they are called later says nothing of today."""
        return [named[what][pk] for pk in value] if what in named else value

    at = at or clock.now()
    PersonChange.objects.bulk_create(
        PersonChange(
            at=at,
            by=by,
            person=person,
            what=what,
            old=as_named(what, old),
            new=as_named(what, new),
        )
        for what, (old, new) in changes.items()
    )

"""What the palette offers to do: the places of a person, and what is to hand on every page."""

from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leads.text import plain

GO_KEY = "G"


class How(StrEnum):
    """How a command is done: by going somewhere, by a POST, or by a button of every page."""

    GO = "go"
    POST = "post"
    PRESS = "press"


@dataclass(frozen=True, slots=True)
class Command:
    """`to` is an address; with PRESS the selector of a button. `keys` do the same."""

    label: str
    how: How
    to: str
    keys: tuple[str, ...] = ()


def commands(user: User, words: str = "") -> list[Command]:
    """What this person may do, narrowed to the labels that have every word."""
    wanted = plain(words).split()
    return [
        command for command in _all(user) if all(word in plain(command.label) for word in wanted)
    ]


def _all(user: User) -> list[Command]:
    own = policy.places(user)
    places = [
        Command(
            f"Go to {place.label}",
            How.GO,
            reverse(place.url_name),
            # A letter after G works where the place stands in the navigation.
            (GO_KEY, place.key.upper()) if place in own else (),
        )
        for place in policy.within_reach(user)
    ]
    return [
        *_work(user),
        *places,
        *_beside(user),
        *_everywhere(),
        Command("Sign out", How.PRESS, "#sign-out"),
    ]


def _work(user: User) -> list[Command]:
    work = []
    if policy.can(user, Action.WORK_HANDOFFS):
        take = "Take the next lead of the queue"
        work.append(Command(take, How.POST, reverse("claim-next")))
    if policy.can(user, Action.EDIT_LEADS):
        work.append(Command("Add a lead", How.GO, reverse("lead-new")))
    if policy.can(user, Action.IMPORT_LEADS):
        work.append(Command("Import a file of leads", How.GO, reverse("imports")))
    return work


def _beside(user: User) -> list[Command]:
    """Pages that stand in no navigation."""
    read, keep = policy.can(user, Action.READ_REJECTIONS), policy.can(user, Action.OPEN_SETTINGS)
    inbound = policy.can(user, Action.EDIT_INBOUND)
    pages = [
        (read, "Go to Nurture", "nurture"),
        (read, "Go to Evidence of rejections", "rejections-evidence"),
        (keep, "Go to Reasons for rejecting", "reasons"),
        (keep, "Go to Values not understood", "values"),
        (inbound, "Go to Inbound", "inlets"),
        (inbound, "Go to Forms", "web-forms"),
    ]
    return [Command(label, How.GO, reverse(name)) for may, label, name in pages if may]


def _everywhere() -> list[Command]:
    return [
        Command("Go to Companies", How.GO, reverse("companies")),
        Command("Switch between light and dark", How.PRESS, "[data-theme-form] button"),
        Command("Turn single-key shortcuts off", How.PRESS, '[data-keys-switch="off"]'),
        Command("Turn single-key shortcuts on", How.PRESS, '[data-keys-switch="on"]'),
        Command("Security of your account", How.GO, reverse("mfa_index")),
    ]

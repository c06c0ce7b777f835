"""Who may open which page and do what: the one table that pages, navigation and tests read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Value

from accounts.models import Portal, User
from accounts.roles import MANAGERS, Role
from leadportal.db import clock, compiled

EVERYBODY = frozenset(Role)
MANAGERS_AND_ADMIN = MANAGERS | {Role.ADMIN}


class Action(StrEnum):
    """What a person may be allowed to do; the value ends the sentence "Only … can"."""

    OPEN_QUEUE = "open the queue"
    WORK_HANDOFFS = "claim and work handoffs"
    WRITE_NOTES = "write notes about leads"
    SHARE_PREFERENCES = "copy the link to somebody’s preferences"
    OPEN_QUALITY = "open lead quality"
    OPEN_OVERVIEW = "open the overview"
    OPEN_LEADS = "open leads"
    EDIT_LEADS = "add and edit leads"
    EDIT_COMPANIES = "edit and merge companies"
    IMPORT_LEADS = "import leads"
    EDIT_INBOUND = "set up how leads come in by themselves"
    MERGE_LEADS = "merge leads"
    ERASE_LEADS = "erase people"
    MOVE_BY_HAND = "move leads by hand"
    ADJUST_SCORES = "adjust scores"
    DISQUALIFY = "disqualify and readmit leads"
    WORK_FOR_OTHERS = "work the leads of others"
    READ_REJECTIONS = "open rejections"
    ANSWER_REJECTIONS = "answer rejections"
    DECIDE_DISPUTES = "decide disputes"
    EDIT_REASONS = "change the reasons for rejecting"
    EDIT_SOURCES = "change sources and campaigns"
    OPEN_CRITERIA = "read the criteria"
    READ_DRAFTS = "read drafts of the criteria"
    DRAFT_CRITERIA = "draft criteria"
    SIGN_CRITERIA = "sign criteria"
    SWITCH_ON_CRITERIA = "switch on criteria"
    REPLAY_LEADS = "have leads judged again"
    OPEN_SETTINGS = "open the settings"
    EDIT_SETTINGS = "change the settings"
    EDIT_PROMISES = "change the promises of sales"
    GIVE_MEANINGS = "say what values mean that were not understood"
    EDIT_DOMAINS = "say whose a domain or a mailbox is"
    OPEN_FIELDS = "open the fields of leads"
    EDIT_FIELDS = "define and change the fields of leads"
    OPEN_KEYS = "see the API keys"
    EDIT_KEYS = "create and delete API keys"
    EDIT_PEOPLE = "manage people’s accounts"
    LOOK_AFTER_MAIL = "look after mail"


ALLOWED: dict[Action, frozenset[Role]] = {
    Action.OPEN_QUEUE: frozenset({Role.SALES, Role.SALES_MANAGER}),
    Action.WORK_HANDOFFS: frozenset({Role.SALES, Role.SALES_MANAGER}),
    # Who works with leads; an admin looks after the portal.
    Action.WRITE_NOTES: frozenset({Role.MARKETING, Role.SALES}) | MANAGERS,
    # It acts for the person, so for who talks with them.
    Action.SHARE_PREFERENCES: frozenset({Role.MARKETING, Role.SALES}) | MANAGERS,
    # Both departments see the same numbers, but a rep's day is the queue.
    Action.OPEN_QUALITY: frozenset({Role.MARKETING}) | MANAGERS_AND_ADMIN,
    Action.OPEN_OVERVIEW: MANAGERS_AND_ADMIN,
    Action.OPEN_LEADS: EVERYBODY,
    # A rep edits those they hold (leads/editing).
    Action.EDIT_LEADS: frozenset({Role.MARKETING}) | MANAGERS,
    Action.EDIT_COMPANIES: frozenset({Role.MARKETING}) | MANAGERS,
    Action.IMPORT_LEADS: frozenset({Role.MARKETING}) | MANAGERS_AND_ADMIN,
    Action.EDIT_INBOUND: MANAGERS_AND_ADMIN,
    Action.MERGE_LEADS: frozenset({Role.MARKETING}) | MANAGERS,
    # Whom a person turns to with a wish by law; nobody's daily work.
    Action.ERASE_LEADS: frozenset({Role.ADMIN}),
    # Which stages are whose to give, the table of moves says: an SQL is a manager's.
    Action.MOVE_BY_HAND: frozenset({Role.MARKETING}) | MANAGERS,
    Action.ADJUST_SCORES: frozenset({Role.MARKETING}) | MANAGERS,
    Action.DISQUALIFY: frozenset({Role.MARKETING}) | MANAGERS,
    Action.WORK_FOR_OTHERS: frozenset({Role.SALES_MANAGER}),
    Action.READ_REJECTIONS: frozenset({Role.MARKETING}) | MANAGERS_AND_ADMIN,
    # The reply of one department to the other, so it is nobody else's to give.
    Action.ANSWER_REJECTIONS: frozenset({Role.MARKETING, Role.MARKETING_MANAGER}),
    Action.DECIDE_DISPUTES: MANAGERS,
    Action.EDIT_REASONS: MANAGERS,
    Action.EDIT_SOURCES: MANAGERS,
    Action.OPEN_CRITERIA: EVERYBODY,
    Action.READ_DRAFTS: frozenset({Role.MARKETING}) | MANAGERS_AND_ADMIN,
    Action.DRAFT_CRITERIA: frozenset({Role.MARKETING}) | MANAGERS,
    # Each for their own side; whose side that is, funnel.versions says.
    Action.SIGN_CRITERIA: MANAGERS,
    Action.SWITCH_ON_CRITERIA: MANAGERS,
    # What failed may be the portal's fault, which an admin looks after.
    Action.REPLAY_LEADS: MANAGERS_AND_ADMIN,
    # Managers read what the admin set, and who may call us; the promises are the sales manager's.
    Action.OPEN_SETTINGS: MANAGERS_AND_ADMIN,
    Action.EDIT_SETTINGS: frozenset({Role.ADMIN}),
    Action.EDIT_PROMISES: frozenset({Role.SALES_MANAGER, Role.ADMIN}),
    Action.GIVE_MEANINGS: MANAGERS_AND_ADMIN,
    Action.EDIT_DOMAINS: MANAGERS_AND_ADMIN,
    Action.OPEN_FIELDS: frozenset({Role.MARKETING}) | MANAGERS_AND_ADMIN,
    Action.EDIT_FIELDS: MANAGERS_AND_ADMIN,
    Action.OPEN_KEYS: MANAGERS_AND_ADMIN,
    Action.EDIT_KEYS: frozenset({Role.ADMIN}),
    Action.EDIT_PEOPLE: frozenset({Role.ADMIN}),
    Action.LOOK_AFTER_MAIL: frozenset({Role.ADMIN}),
}


# Who sees leads and handoffs whoever they were given to. Those beside see what was handed to their
# queues, and their own (leads/models); all others see none.
SEES_EVERY_LEAD = frozenset({Role.MARKETING}) | MANAGERS_AND_ADMIN
SEES_EVERY_HANDOFF = SEES_EVERY_LEAD
SEES_THEIR_QUEUES = frozenset({Role.SALES})
# Who sees what others planned; a rep sees their own.
SEES_EVERY_FOLLOW_UP = MANAGERS
# Whose queue page shows what waits in every queue, not only in their own.
WATCHES_EVERY_QUEUE = frozenset({Role.SALES_MANAGER})


class NotAllowed(PermissionDenied):
    """A person asked for what is not theirs to do; says whose it is."""


def can(user: User, action: Action) -> bool:
    return user.has_role(*ALLOWED[action])


def require(person: User | None, action: Action) -> None:
    """Raise NotAllowed unless this person may. None: nobody asked, but a command or a sweep."""
    if person is not None and not can(person, action):
        raise NotAllowed(only(ALLOWED[action], action))


# --- navigation --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A page of the navigation: `url_name` also names its counter, `key` is typed after G.

    `beside` are those who may go there and have it among the commands, not in their navigation.
    """

    label: str
    url_name: str
    key: str
    icon: str
    roles: frozenset[Role]
    beside: frozenset[Role] = frozenset()


REPS = frozenset({Role.SALES})
# The order for people with two roles, who see the union and land on the first.
NAVIGATION = (
    Place("Queue", "queue", "q", "queue", REPS, beside=frozenset({Role.SALES_MANAGER})),
    Place("My leads", "my-leads", "m", "user", REPS, beside=frozenset({Role.SALES_MANAGER})),
    Place("Follow-ups", "follow-ups", "f", "later", REPS, beside=frozenset({Role.SALES_MANAGER})),
    Place("My results", "my-results", "r", "chart", REPS, beside=frozenset({Role.SALES_MANAGER})),
    Place(
        *("Quality", "quality", "u", "chart", frozenset({Role.MARKETING})),
        beside=MANAGERS_AND_ADMIN,
    ),
    Place("Overview", "overview", "o", "half", MANAGERS_AND_ADMIN),
    # A rep's day is their own four pages; the rest is one search away.
    Place("Leads", "leads", "l", "user", EVERYBODY - REPS, beside=REPS),
    Place(
        *("Rejections", "rejections", "j", "flip", frozenset({Role.MARKETING}) | MANAGERS),
        beside=frozenset({Role.ADMIN}),
    ),
    Place(
        *("Duplicates", "duplicates", "d", "user", frozenset()),
        beside=frozenset({Role.MARKETING}) | MANAGERS,
    ),
    Place("Criteria", "criteria", "c", "rule", EVERYBODY - REPS, beside=REPS),
    Place(
        *("Fields", "fields", "e", "rule", frozenset()),
        beside=frozenset({Role.MARKETING}) | MANAGERS_AND_ADMIN,
    ),
    Place("Settings", "settings", "s", "gear", MANAGERS_AND_ADMIN),
    Place("API keys", "keys", "k", "key", MANAGERS_AND_ADMIN),
    Place("People", "people", "p", "user", frozenset(), beside=frozenset({Role.ADMIN})),
)
# The pages of the settings, by URL name, as their own navigation has them.
SETTINGS_PAGES = (
    ("Company", "settings", Action.OPEN_SETTINGS),
    ("People", "people", Action.EDIT_PEOPLE),
    ("Reasons for rejecting", "reasons", Action.OPEN_SETTINGS),
    ("Fields", "fields", Action.OPEN_FIELDS),
    ("Inbound", "inlets", Action.EDIT_INBOUND),
    ("Forms", "web-forms", Action.EDIT_INBOUND),
    ("Sources", "sources", Action.OPEN_SETTINGS),
    ("Campaigns", "campaigns", Action.OPEN_SETTINGS),
    ("Values not understood", "values", Action.OPEN_SETTINGS),
    ("Domains", "domains", Action.OPEN_SETTINGS),
    ("Team mailboxes", "role-words", Action.OPEN_SETTINGS),
    ("API keys", "keys", Action.OPEN_KEYS),
    ("Mail", "mail", Action.LOOK_AFTER_MAIL),
)


def places(user: User) -> list[Place]:
    return [place for place in NAVIGATION if user.has_role(*place.roles)]


def within_reach(user: User) -> list[Place]:
    """The places of the navigation, then those that are only beside it."""
    own = places(user)
    beside = [place for place in NAVIGATION if user.has_role(*place.beside)]
    return [*own, *(place for place in beside if place not in own)]


def landing(user: User) -> str:
    """The URL name of the page a person arrives on."""
    return places(user)[0].url_name


# --- what the packages above hang in, when they are ready ----------------------------------------

# By URL name of a place: what there needs somebody with these roles and this id, before their day
# ends. Counted together, in one query a page.
Needs = Callable[[User, datetime], QuerySet[Any]]
NAV_COUNTS: dict[str, Needs] = {}

# Called after the settings were saved, in the same transaction, with the names of what changed.
ON_SETTINGS_CHANGED: list[Callable[[Portal, frozenset[str]], None]] = []


# Called after somebody's account was switched off, in the same transaction.
ON_SWITCHED_OFF: list[Callable[[User], None]] = []


def nav_counts(user: User) -> dict[str, int]:
    """How many things need this person, by URL name of each place in their navigation."""
    named = [place.url_name for place in places(user) if place.url_name in NAV_COUNTS]
    if not named:
        return {}
    asked = tuple((name, NAV_COUNTS[name]) for name in named)
    roles = tuple(sorted(user.roles))
    until = clock.day_end(clock.now())
    return dict(compiled.fetch(_needs, asked, roles, reader=user.pk or 0, until=until))


def _needs(
    asked: tuple[tuple[str, Needs], ...], roles: tuple[str, ...], reader: int, until: datetime
) -> QuerySet[Any]:
    """(place, how many) of each place where there are some."""
    user = User(pk=reader, roles=[*roles])
    each = [
        needs(user, until).order_by().values_list(Value(name)).annotate(needs=Count("pk"))
        for name, needs in asked
    ]
    return each[0].union(*each[1:], all=True)


# --- saying no ---------------------------------------------------------------------------------

PEOPLE_WITH = {
    Role.MARKETING: "marketers",
    Role.SALES: "sales reps",
    Role.MARKETING_MANAGER: "marketing managers",
    Role.SALES_MANAGER: "sales managers",
    Role.ADMIN: "admins",
}


def only(roles: frozenset[Role], phrase: str) -> str:
    """ "Only sales reps and sales managers can open the queue." """
    return f"Only {listed([PEOPLE_WITH[role] for role in Role if role in roles])} can {phrase}."


def listed(words: list[str], *, last: str = "and") -> str:
    """ "a", "a and b", "a, b and c" """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def role_label(user: User) -> str:
    """What a person is, in the order of the roles: "Sales manager, admin"."""
    return ", ".join(role.label for role in Role if role in user.roles).capitalize()


def grantors() -> list[User]:
    """Up to three people who can give somebody a role."""
    return list(User.objects.active().with_role(Role.ADMIN)[:3])

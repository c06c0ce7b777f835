"""Which of the values a system sends is what, and a submission as an item of the API's shape."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leads import tags
from leads.checks import spellings
from leads.checks.leads import LEAD
from leads.imports import recognising
from leads.imports.dates import moment
from leads.imports.targets import (
    AGREED,
    CREATED,
    DETAIL,
    EXTERNAL_ID,
    FIELD,
    LEFT_OUT,
    NOT_AGREED,
    NOT_AGREED_SINCE,
    Plan,
    targets,
)
from leads.inbound.systems.catalogue import road
from leads.inbound.systems.flat import words
from leads.inbound.systems.said import Said, Submission
from leads.models import CustomField, Inlet

# What a stranger who types into a form does not decide.
_NOT_OF_STRANGERS = frozenset({EXTERNAL_ID, CREATED, NOT_AGREED, NOT_AGREED_SINCE})
# Values that stand in these are about somebody of ours.
_OF_OTHERS = frozenset(
    {
        *("owner", "agent", "assignee", "host", "organizer", "organiser", "creator", "createdby"),
        *("rep", "salesrep", "sender"),
    }
)
# What has a name, a title or an id of its own, which is not that of who is told about.
_THINGS = frozenset(
    {
        *("account", "ad", "adgroup", "adset", "answer", "app", "article", "asset", "booking"),
        *(
            "calendar",
            "campaign",
            "category",
            "channel",
            "company",
            "content",
            "course",
            "creative",
        ),
        *("deal", "device", "document", "download", "event", "field", "file", "flow", "form"),
        *(
            "group",
            "item",
            "landingpage",
            "list",
            "location",
            "meeting",
            "offer",
            "option",
            "order",
        ),
        *(
            "organisation",
            "organization",
            "page",
            "pipeline",
            "plan",
            "platform",
            "post",
            "product",
        ),
        *("project", "question", "quiz", "referrer", "resource", "screen", "service", "session"),
        *(
            "site",
            "source",
            "stage",
            "store",
            "survey",
            "tag",
            "team",
            "template",
            "tool",
            "variant",
        ),
        *("webinar", "website", "widget", "workflow", "workspace", "zap"),
    }
)
_OF_ITS_OWN = frozenset({"id", "name", "title", "position", "role", "uuid", "url"})
# Names that no detail may have.
_RESERVED = LEAD.keys() - tags.NAMES
Fields = Mapping[str, CustomField]


def targets_of(
    said: Sequence[Said], inlet: Inlet, defined: Fields, *, chosen: Mapping[str, str] | None = None
) -> list[str]:
    """What each value is: as a person said, as the system says itself, else by what it is called.

    `chosen` is what people said of places, if not that which is kept of the inlet.

    Of two that are the same the one counts that is known better; the other is kept as a detail.
    """
    chosen = inlet.mapping if chosen is None else chosen
    found: list[str | None] = [chosen.get(one.path) for one in said]
    # Each of these once, and what it says.
    taken = {name: words(one.value) for name, one in zip(found, said, strict=True) if name}
    barred = _NOT_OF_STRANGERS if road(inlet.system).is_open else frozenset()
    known = {one.name for _, group in targets(defined) for one in group} - barred
    for way in _WAYS:
        for place, one in enumerate(said):
            if found[place] is None and (name := way(one, defined)) in known - taken.keys():
                found[place] = name
                taken[name] = words(one.value)
    return [
        _rest(one, taken, defined) if name is None else name
        for one, name in zip(said, found, strict=True)
    ]


def _rest(one: Said, taken: Mapping[str, str], defined: Fields) -> str:
    """A detail, but for what says the same again."""
    again = any(taken.get(way(one, defined)) == words(one.value) for way in _WAYS)
    return LEFT_OUT if again or not spellings.name(one.label) else DETAIL


def _of_system(one: Said, defined: Fields) -> str:
    return one.target


def _of_label(one: Said, defined: Fields) -> str:
    return recognising.by_head(one.label, defined)


def _of_path(one: Said, defined: Fields) -> str:
    return recognising.by_head(one.path, defined)


def _of_its_end(one: Said, defined: Fields) -> str:
    """ "data.contact.email" ends with what it is; "owner.email" is of somebody else, and
    "form.id" of no person at all."""
    parts = one.path.split(".")
    around = [part.casefold().replace("_", "").replace("-", "") for part in parts[:-1]]
    if not around or _OF_OTHERS.intersection(around):
        return ""
    # The second of several things in a list is a thing as well.
    what = next((part for part in reversed(around) if not part.isdigit()), "")
    is_thing = what in _THINGS or what.removesuffix("s") in _THINGS or around[-1].isdigit()
    ends: tuple[str, ...] = (" ".join(parts[-2:]), parts[-1])
    if is_thing and parts[-1].casefold() in _OF_ITS_OWN:
        ends = ends[:1]
    return next((name for end in ends if (name := recognising.by_head(end, defined))), "")


def _of_value(one: Said, defined: Fields) -> str:
    return "email" if recognising.looks_like_mail([words(one.value)]) else ""


_WAYS: tuple[Callable[[Said, Fields], str], ...] = (
    _of_system,
    _of_label,
    _of_path,
    _of_its_end,
    _of_value,
)


# --- an item -----------------------------------------------------------------------------------


def when(submission: Submission, received_at: datetime, zone: ZoneInfo) -> datetime:
    """When it was sent there; when it came here, where that is not said or cannot be."""
    at = moment(words(submission.at), day_first=False, zone=zone)
    return min(at, received_at) if at else received_at


def item_of(
    submission: Submission, inlet: Inlet, defined: Fields, zone: ZoneInfo, at: datetime
) -> dict[str, Any]:
    """What `ingest_leads` is to take in, sent at that moment; {} where nothing is said."""
    said = [one for one in submission.said if words(one.value)]
    names = targets_of(said, inlet, defined)
    heads = [_head(one) for one in said]
    plan = Plan(heads, names, False, zone, defined, campaign=inlet.campaign)
    item = plan.item([words(one.value) for one in said])
    _keep_types(item, said, names, heads)
    _keep_tags(item, said)
    consent = _dated(item.pop("consent", {}), said, names, inlet, at)
    if consent := {**consent, **submission.consent}:
        item["consent"] = consent
    return item


def _head(one: Said) -> str:
    """The name of a detail, which may not be that of a field of the lead itself."""
    return f"other {one.label}" if spellings.name(one.label) in _RESERVED else one.label


def _keep_types(
    item: dict[str, Any], said: Sequence[Said], names: Sequence[str], heads: Sequence[str]
) -> None:
    """A file has texts only; here numbers, truths and lists are kept as such."""
    kept = item.get("attributes", {})
    for one, name, head in zip(said, names, heads, strict=True):
        attribute = spellings.name(head) if name == DETAIL else name.removeprefix(FIELD)
        is_one = name == DETAIL or name.startswith(FIELD)
        if is_one and attribute in kept and not isinstance(one.value, str):
            kept[attribute] = one.value


def _keep_tags(item: dict[str, Any], said: Sequence[Said]) -> None:
    """What marks a link is kept as that, also where it is the source as well."""
    for one in said:
        ends = (spellings.name(one.label).lower(), one.path.rpartition(".")[2].lower())
        for tag in tags.NAMES.intersection(ends):
            item.setdefault(tag, words(one.value))
            item.get("attributes", {}).pop(spellings.name(one.label), None)
    if not item.get("attributes", True):
        del item["attributes"]


def _dated(
    consent: Mapping[str, Any],
    said: Sequence[Said],
    names: Sequence[str],
    inlet: Inlet,
    at: datetime,
) -> dict[str, Any]:
    """A bare yes with what it answers, and when it was given.

    Not where the system tells again and again what it keeps: that is no new word of the person.
    """
    question = next(
        (one.label for one, name in zip(said, names, strict=True) if name == AGREED), ""
    )
    when = {} if road(inlet.system).repeats else {"at": at.isoformat(), "text": question}
    return {
        purpose: {"given": given, "channel": inlet.name, **when}
        if isinstance(given, bool)
        else given
        for purpose, given in consent.items()
    }


# --- what was seen -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A value that came lately: where it stands, an example, and what it is taken for."""

    path: str
    label: str
    sample: str
    # As a person said; None where nobody did, and by itself.
    target: str | None
    guess: str


def seen(submissions: Iterable[Submission], inlet: Inlet, defined: Fields) -> list[Seen]:
    """Every value of some submissions by its place, and those somebody mapped before."""
    by_path: dict[str, Said] = {}
    for submission in submissions:
        for one in submission.said:
            if one.path not in by_path or not words(by_path[one.path].value):
                by_path[one.path] = one
    for path in inlet.mapping:
        by_path.setdefault(path, Said(path, path, ""))
    said = list(by_path.values())
    names = targets_of(said, inlet, defined)
    guesses = targets_of(said, inlet, defined, chosen={})
    return [
        Seen(
            one.path,
            one.label,
            words(one.value),
            inlet.mapping.get(one.path),
            # What people said of others may leave it another.
            guess if one.path in inlet.mapping else name,
        )
        for one, name, guess in zip(said, names, guesses, strict=True)
    ]

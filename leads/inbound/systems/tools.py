"""Tools of marketing: HubSpot and Segment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.imports.targets import FULL_NAME
from leads.inbound.systems.flat import (
    dict_of,
    json_of,
    label_of,
    list_of,
    object_of,
    said_in,
    words,
)
from leads.inbound.systems.said import Happened, Raw, Said, Submission, Unreadable

# --- HubSpot -----------------------------------------------------------------------------------

HUBSPOT_PROPERTIES = {
    "email": "email",
    "phone": "phone",
    "mobilephone": "phone",
    "firstname": "first_name",
    "lastname": "last_name",
    "jobtitle": "job_title",
    "company": "company.name",
    "city": "city",
    "country": "country",
    "website": "website",
    "numemployees": "company.employees",
    "industry": "company.industry",
}
_LOST = (
    "It holds the id of a contact ({}) and nothing of the person. Have a workflow of HubSpot send "
    "the contact by “Send a webhook”."
)


def hubspot(raw: Raw) -> list[Submission]:
    """Contacts as its workflows send them; of its subscriptions, which hold ids, that they do."""
    sent = json_of(raw)
    found = list_of(sent) if isinstance(sent, list) else [dict_of(sent)]
    if not found or not any(found):
        raise Unreadable("HubSpot sends a contact, or a list of what happened to some.")
    return [_hubspot_one(one) for one in found]


def _hubspot_one(sent: Mapping[str, Any]) -> Submission:
    if "subscriptionType" in sent:
        key = words(sent.get("eventId"))
        if sent["subscriptionType"] not in ("contact.creation", "object.creation"):
            return Submission(key=key, passed_over="It tells of a change and names no person.")
        return Submission(
            key=key, at=sent.get("occurredAt"), lost=_LOST.format(words(sent.get("objectId")))
        )
    properties = dict_of(sent.get("properties")) or sent
    said = []
    for name, given in properties.items():
        value = dict_of(given).get("value") if isinstance(given, dict) else given
        if isinstance(value, str | int | float | bool) and value != "":
            said.append(Said(name, name, value, HUBSPOT_PROPERTIES.get(name, "")))
    number = words(sent.get("vid")) or words(sent.get("id")) or words(sent.get("hs_object_id"))
    known = list(HUBSPOT_PROPERTIES)
    said.sort(key=lambda one: known.index(one.path) if one.path in known else len(known))
    ids = [number] if number else []
    return Submission(said, at=dict_of(sent).get("occurredAt"), ids=ids, events=())


# --- Segment -----------------------------------------------------------------------------------

SEGMENT_TRAITS = {
    "email": "email",
    "phone": "phone",
    "name": FULL_NAME,
    "firstName": "first_name",
    "lastName": "last_name",
    "title": "job_title",
    "website": "website",
    "company": "company.name",
    "company.name": "company.name",
    "company.industry": "company.industry",
    "company.employee_count": "company.employees",
    "company.employees": "company.employees",
    "address.city": "city",
    "address.country": "country",
}
GROUP_TRAITS = {
    "name": "company.name",
    "industry": "company.industry",
    "employees": "company.employees",
    "employee_count": "company.employees",
    "website": "company.domain",
    "phone": "company.phone",
}
_CAMPAIGN = {"source": "source", "name": "campaign"}


@dataclass
class _Person:
    """What the calls of one post say of one person."""

    said: dict[str, Said] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    at: Any = None


def segment(raw: Raw) -> list[Submission]:
    """One call or a batch. Who was anonymous on a page is who said their name afterwards."""
    sent = object_of(raw)
    calls = list_of(sent.get("batch")) or [sent]
    people: dict[str, _Person] = {}
    for call in calls:
        person = _person(call, people)
        kind = words(call.get("type"))
        if kind == "identify":
            _say(person, dict_of(call.get("traits")), SEGMENT_TRAITS, "")
            _say_campaign(person, dict_of(dict_of(call.get("context")).get("campaign")))
            person.at = person.at or call.get("timestamp")
        elif kind == "group":
            _say(person, dict_of(call.get("traits")), GROUP_TRAITS, "group.")
        elif kind in ("track", "page", "screen"):
            person.events.append(_happened(call, kind))
    found = [
        Submission(list(one.said.values()), at=one.at, ids=one.ids, events=one.events)
        for one in _once(people.values())
    ]
    if not any(one.ids and (one.said or one.events) for one in found):
        raise Unreadable("Segment sends identify, track, page and group, with a userId.")
    return found


def _person(call: Mapping[str, Any], people: dict[str, _Person]) -> _Person:
    """Who is meant: by the id of a user, or the anonymous one that came with it."""
    ids = [one for name in ("userId", "anonymousId") if (one := words(call.get(name)))]
    known = _once(people[one] for one in ids if one in people)
    person = known[0] if known else _Person()
    for other in known[1:]:
        person.said = other.said | person.said
        person.events += other.events
        ids += other.ids
    person.ids += [one for one in ids if one not in person.ids]
    # The id of a user counts before those of browsers.
    if user := words(call.get("userId")):
        person.ids.sort(key=lambda one: one != user)
    for one in person.ids:
        people[one] = person
    return person


def _once(people: Iterable[_Person]) -> list[_Person]:
    return list({id(one): one for one in people}.values())


def _say(person: _Person, traits: Mapping[str, Any], known: Mapping[str, str], at: str) -> None:
    for one in said_in(traits):
        path = f"{at}{one.path}"
        person.said[path] = Said(path, label_of(path), one.value, known.get(one.path, ""))


def _say_campaign(person: _Person, campaign: Mapping[str, Any]) -> None:
    for name, value in campaign.items():
        if text := words(value):
            label = "utm_campaign" if name == "name" else f"utm_{name}"
            person.said[f"campaign.{name}"] = Said(
                f"campaign.{name}", label, text, _CAMPAIGN.get(name, "")
            )


def _happened(call: Mapping[str, Any], kind: str) -> Happened:
    properties, key = dict_of(call.get("properties")), words(call.get("messageId"))
    if kind == "track":
        return Happened(
            words(call.get("event")),
            words(call.get("messageId")),
            call.get("timestamp"),
            properties,
        )
    name = words(call.get("name"))
    page = dict_of(dict_of(call.get("context")).get("page"))
    about = {key: page[key] for key in ("path", "title", "referrer") if words(page.get(key))}
    about |= {"name": name} if name else {}
    return Happened("page_view", key, call.get("timestamp"), about | properties)

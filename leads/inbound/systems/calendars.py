"""Booked meetings: Calendly and Cal.com."""

from collections.abc import Mapping
from typing import Any

from leads.imports.targets import FULL_NAME
from leads.inbound.systems.flat import dict_of, list_of, object_of, words
from leads.inbound.systems.said import TEST, Happened, Raw, Said, Submission, Unreadable

BOOKED, CANCELED = "call_booked", "call_canceled"
_CALENDLY = {"invitee.created": BOOKED, "invitee.canceled": CANCELED}
_CALCOM = {"BOOKING_CREATED": BOOKED, "BOOKING_CANCELLED": CANCELED}


def calendly(raw: Raw) -> list[Submission]:
    sent = object_of(raw)
    kind = _CALENDLY.get(words(sent.get("event")))
    if kind is None:
        return [Submission(passed_over="It is about something else than an invitee.")]
    invitee = dict_of(sent.get("payload"))
    if not invitee:
        raise Unreadable("Calendly sends the invitee as payload.")
    meeting = dict_of(invitee.get("scheduled_event"))
    key = words(invitee.get("uri")) or words(meeting.get("uri"))
    said = [
        Said("email", "Email", words(invitee.get("email")), "email"),
        Said("first_name", "First name", words(invitee.get("first_name")), "first_name"),
        Said("last_name", "Last name", words(invitee.get("last_name")), "last_name"),
        Said("name", "Name", words(invitee.get("name")), FULL_NAME),
        Said("text_reminder_number", "Phone", words(invitee.get("text_reminder_number")), "phone"),
    ]
    for one in list_of(invitee.get("questions_and_answers")):
        question = words(one.get("question"))
        said.append(Said(f"questions.{question}", question, words(one.get("answer"))))
    for name, value in dict_of(invitee.get("tracking")).items():
        if name.startswith("utm_"):
            said.append(Said(f"tracking.{name}", name, words(value)))
    about = _about(name=meeting.get("name"), starts_at=meeting.get("start_time"))
    happened = Happened(kind, f"{kind} {key}", sent.get("created_at"), about)
    return [Submission(said, f"{kind} {key}".strip(), sent.get("created_at"), events=[happened])]


def calcom(raw: Raw) -> list[Submission]:
    sent = object_of(raw)
    trigger = words(sent.get("triggerEvent"))
    if trigger == "PING":
        return [Submission(passed_over=TEST)]
    if trigger not in _CALCOM:
        return [Submission(passed_over="It is about something else than a booking.")]
    booking = dict_of(sent.get("payload"))
    people = list_of(booking.get("attendees"))
    if not people:
        raise Unreadable("Cal.com sends the attendees of a booking.")
    kind, uid = _CALCOM[trigger], words(booking.get("uid"))
    answers = dict_of(booking.get("responses"))
    said = [
        Said("email", "Email", words(people[0].get("email")), "email"),
        Said("name", "Name", words(people[0].get("name")), FULL_NAME),
        Said("phone", "Phone", words(people[0].get("phoneNumber")), "phone"),
        *(_answered(name, answer) for name, answer in answers.items()),
    ]
    about = _about(name=booking.get("title"), starts_at=booking.get("startTime"))
    happened = Happened(kind, f"{kind} {uid}", sent.get("createdAt"), about)
    return [Submission(said, f"{kind} {uid}".strip(), sent.get("createdAt"), events=[happened])]


def _answered(name: str, answer: Any) -> Said:
    """An answer, which may hold its question, and a value that holds its parts."""
    label, value = words(dict_of(answer).get("label")) or name, answer
    if isinstance(answer, dict):
        value = answer.get("value", "")
    if isinstance(value, dict):
        value = " ".join(words(part) for part in value.values())
    known = {"email": "email", "name": FULL_NAME, "attendeePhoneNumber": "phone"}
    return Said(f"responses.{name}", _plain(label, name), value, known.get(name, ""))


def _plain(label: str, name: str) -> str:
    """Its questions of old are names of translations: "your_name"."""
    return name if "_" in label else label


def _about(**said: Any) -> Mapping[str, Any]:
    return {name: text for name, value in said.items() if (text := words(value))}

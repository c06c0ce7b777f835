"""Kinds of events, with a phrase for what the person did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event with a phrase for what the person did; others are stored, unscored."""

    name: str
    label: str
    did: str


EVENT_TYPES: dict[str, EventType] = {
    row.name: row
    for row in (
        EventType("demo_request", "Demo request", "asked for a demo"),
        EventType("form_sent", "Form sent", "sent a form"),
        EventType("page_view", "Page view", "visited a page"),
        EventType("email_open", "E-mail opened", "opened an e-mail"),
        EventType("email_click", "E-mail clicked", "clicked in an e-mail"),
        EventType("webinar_signup", "Webinar sign-up", "signed up for a webinar"),
        EventType("webinar_attended", "Webinar attended", "attended a webinar"),
        EventType("download", "Download", "downloaded something"),
        EventType("chat", "Chat", "asked in the chat"),
        EventType("call_booked", "Call booked", "booked a call"),
        EventType("trial_started", "Trial started", "started a trial"),
        EventType("unsubscribed", "Unsubscribed", "unsubscribed"),
        EventType("spam_complaint", "Spam complaint", "called our mail spam"),
        EventType("hard_bounce", "Hard bounce", "cannot be reached by mail"),
    )
}


def event_label(name: str) -> str:
    known = EVENT_TYPES.get(name)
    return known.label if known else name.replace("_", " ").capitalize()


def event_did(name: str) -> str:
    """What somebody did, as the end of a sentence: "asked for a demo"."""
    known = EVENT_TYPES.get(name)
    return known.did if known else f"did “{name.replace('_', ' ')}”"

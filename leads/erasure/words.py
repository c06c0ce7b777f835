"""What goes when a person is erased, and what stays."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model

from accounts.policy import listed
from funnel.stages import Stage
from leadportal.look.formats import some
from leads.models import (
    Consent,
    Delivery,
    Event,
    Handoff,
    ImportLine,
    Lead,
    LeadChange,
    Note,
    StageChange,
)

# What ends for those who work with the lead.
ENDS = {
    Stage.SQL: "It leaves the queue of sales.",
    Stage.CLAIMED: "Whoever works with it in sales loses it at once.",
    Stage.ACCEPTED: "Whoever works with it in sales loses it at once.",
    Stage.OPPORTUNITY: "Whoever works with it in sales loses it at once.",
    Stage.REJECTED: "Marketing has no rejection of it to answer any more.",
    Stage.NURTURE: "Its wait in nurture ends.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one reads before: what goes, what stays, and what else it means."""

    goes: list[str]
    stays: list[str]
    ends: str


def told(lead: Lead, rows: Mapping[type[Model], int]) -> Told:
    return Told(_goes(rows), _stays(lead, rows), ENDS.get(Stage(lead.stage), ""))


def _goes(rows: Mapping[type[Model], int]) -> list[str]:
    changes = rows[LeadChange]
    came = _each(rows, {Delivery: "message", ImportLine: "import line"})
    return [
        "Name, phone, job, place, website, company, tags and all further fields.",
        *_when(rows[Note], f"{some(rows[Note], 'note')}, and all that colleagues wrote elsewhere."),
        *_when(rows[Event], f"What {some(rows[Event], 'event')} told: pages, forms, answers."),
        *_when(came, f"What came in of them as it came: {came}."),
        *_when(changes, f"The history of their fields: {some(changes, 'change')}."),
        "The values that the criteria saw, and the reasons given in words.",
    ]


def _stays(lead: Lead, rows: Mapping[type[Model], int]) -> list[str]:
    counted = _each(rows, {StageChange: "stage move", Handoff: "handoff", Event: "event"})
    known = [*_when(lead.email_key, "their email address"), "their ids in other systems"]
    consents = f"{some(rows[Consent], 'consent')}, given or withdrawn, in which words: the proof."
    return [
        f"{counted}: what, when, and which colleague. All numbers stay as they are.",
        *_when(rows[Consent], consents),
        f"A fingerprint of {listed(known)}, that nobody can read: "
        "who sends them in again is refused.",
        "That you erased them, when, and the reason that you choose below.",
        "Backups that were made before, until you delete them.",
    ]


def _each(rows: Mapping[type[Model], int], things: Mapping[type[Model], str]) -> str:
    """ "3 stage moves, 1 handoff and 2 events" of those that there are."""
    return listed([some(rows[of], thing) for of, thing in things.items() if rows[of]])


def _when(there: object, text: str) -> list[str]:
    return [text] if there else []


def asked_for(lead: Lead) -> str:
    """What is typed to show that it is this person who is meant."""
    return lead.email or lead.name

"""The life of a criteria version: draft, propose, sign, schedule, switch on, retire.

Nothing here moves a lead: leads are due because the version they were judged by is not the live
one.

states: what a version refuses · editing, signing, switching: its life · judging: the live one.
"""

from funnel.versions.editing import content_hash, draft, edit, propose, send_back
from funnel.versions.judging import (
    VOCABULARY,
    live,
    live_for_judging,
    readable,
    rulebook,
    vocabulary,
)
from funnel.versions.signing import SIGNS_FOR, sides_of, sign, valid_signatures, waiting_for
from funnel.versions.states import ChangedMeanwhile, NotSigned, VersionError, WouldVoid
from funnel.versions.switching import (
    obstacle,
    schedule,
    switch_on,
    switch_on_scheduled,
    take_schedule_back,
)

__all__ = [
    "ChangedMeanwhile",
    "NotSigned",
    "SIGNS_FOR",
    "VOCABULARY",
    "VersionError",
    "WouldVoid",
    "content_hash",
    "draft",
    "edit",
    "live",
    "live_for_judging",
    "obstacle",
    "propose",
    "readable",
    "rulebook",
    "schedule",
    "send_back",
    "sides_of",
    "sign",
    "switch_on",
    "switch_on_scheduled",
    "take_schedule_back",
    "valid_signatures",
    "vocabulary",
    "waiting_for",
]

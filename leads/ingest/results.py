"""What became of each item."""

from dataclasses import dataclass, field
from enum import StrEnum

from leads.checks.reading import FieldError


class Status(StrEnum):
    CREATED = "created"
    MATCHED = "matched"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class How(StrEnum):
    """By what it was found who is meant, the surest first."""

    EXTERNAL_ID = "external_id"
    EMAIL = "email"
    # One that the lead had before, or somebody who was merged into it.
    FORMER_EMAIL = "former_email"
    # Where one of the two has no address of their own.
    PHONE_AND_NAME = "phone_and_name"
    # Of somebody who wrote from the mailbox of a team.
    NAME_AND_COMPANY = "name_and_company"


@dataclass(slots=True)
class IngestResult:
    """One item: `first_index` names the earlier item that was the same person or event.

    `how` says by what a lead was found that was there already, `suggested` which others may be the
    same person.

    A refused one has errors and no ids; `warnings` are values of a taken one that were left out or
    cut.
    """

    index: int
    status: Status
    lead_id: int | None = None
    event_id: int | None = None
    first_index: int | None = None
    how: How | None = None
    suggested: list[int] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)


class BatchRefused(Exception):
    """All or none was asked for, and some items cannot be taken: nothing was written."""

    def __init__(self, refused: list[IngestResult]) -> None:
        super().__init__(f"{len(refused)} refused")
        self.refused = refused


def erased(pointer: str = "") -> FieldError:
    """Why nothing of somebody is taken in who was erased."""
    return FieldError(pointer, "erased", "This person was erased and stays so.")

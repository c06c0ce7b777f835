"""What became of each item."""

from dataclasses import dataclass, field
from enum import StrEnum

from leads.checks.reading import FieldError


class Status(StrEnum):
    CREATED = "created"
    MATCHED = "matched"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(slots=True)
class IngestResult:
    """One item: `first_index` names the earlier item that was the same person or event.

    A refused one has errors and no ids; `warnings` are values of a taken one that were left out or
    cut.
    """

    index: int
    status: Status
    lead_id: int | None = None
    event_id: int | None = None
    first_index: int | None = None
    errors: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)


class BatchRefused(Exception):
    """All or none was asked for, and some items cannot be taken: nothing was written."""

    def __init__(self, refused: list[IngestResult]) -> None:
        super().__init__(f"{len(refused)} refused")
        self.refused = refused

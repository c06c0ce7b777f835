"""What the API answers about the criteria."""

from datetime import datetime
from typing import Any, TypedDict

from accounts.roles import Side
from funnel.models import CriteriaVersion, VersionState


class SignatureAnswer(TypedDict):
    """One department's consent to the content as it is; by nobody where it was shipped."""

    department: Side
    signed_at: datetime
    signed_by: str | None


class CriteriaVersionAnswer(TypedDict):
    """Where a version stands and how it got there, without its content."""

    number: int
    state: VersionState
    note: str | None
    based_on: int | None
    shipped_default: bool
    content_hash: str
    created_at: datetime
    proposed_at: datetime | None
    scheduled_for: datetime | None
    live_at: datetime | None
    retired_at: datetime | None
    signatures: list[SignatureAnswer]


class CriteriaAnswer(CriteriaVersionAnswer):
    """One version with its content as it is stored and signed."""

    content: dict[str, Any]


def version_answer(version: CriteriaVersion) -> CriteriaVersionAnswer:
    return {
        "number": version.number,
        "state": VersionState(version.state),
        "note": version.note or None,
        "based_on": version.based_on.number if version.based_on else None,
        "shipped_default": version.is_shipped_default,
        "content_hash": version.content_hash,
        "created_at": version.created_at,
        "proposed_at": version.proposed_at,
        "scheduled_for": version.scheduled_for,
        "live_at": version.live_at,
        "retired_at": version.retired_at,
        "signatures": [
            {
                "department": Side(signature.side),
                "signed_at": signature.signed_at,
                "signed_by": signature.signed_by.name if signature.signed_by else None,
            }
            for signature in version.signatures.all()
        ],
    }


def criteria_answer(version: CriteriaVersion) -> CriteriaAnswer:
    return {**version_answer(version), "content": version.content}

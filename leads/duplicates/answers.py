"""What the API answers of pairs and merges: ids, for the leads are read by themselves."""

from datetime import datetime
from typing import Literal, TypedDict, cast

from leads.models import Duplicate, Merge, Why
from leads.models.duplicates import Rank

RankName = Literal["certain", "likely", "possible"]


class DuplicateAnswer(TypedDict):
    """Two leads that may be one person; the older first."""

    id: int
    leads: list[int]
    why: list[Why]
    rank: RankName
    found_at: datetime


def duplicate_answer(pair: Duplicate) -> DuplicateAnswer:
    return {
        "id": pair.pk,
        "leads": [pair.first_id, pair.second_id],
        "why": [Why(code) for code in pair.why],
        "rank": cast(RankName, Rank(pair.rank).label.lower()),
        "found_at": pair.found_at,
    }


class DecidedAnswer(TypedDict):
    """A pair that is two people, for ever."""

    id: int
    leads: list[int]
    decision: Duplicate.Decision


def decided_answer(pair: Duplicate) -> DecidedAnswer:
    return {
        "id": pair.pk,
        "leads": [pair.first_id, pair.second_id],
        "decision": Duplicate.Decision.REFUSED,
    }


class MergeAnswer(TypedDict):
    """`lead` is a part of `into` from now on, and its id means that one."""

    id: int
    lead: int
    into: int
    at: datetime
    undo_until: datetime
    undone_at: datetime | None


def merge_answer(done: Merge) -> MergeAnswer:
    return {
        "id": done.pk,
        "lead": done.lead_id,
        "into": done.heir_id,
        "at": done.at,
        "undo_until": done.undo_until,
        "undone_at": done.undone_at,
    }

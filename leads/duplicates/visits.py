"""Where one person came from, first and last, whom two leads knew."""

from collections.abc import Mapping
from typing import Any

from leads.duplicates import pieces
from leads.duplicates.pieces import ORIGIN, VISITS, Piece
from leads.models import Lead


def of_both(heir: Lead, lead: Lead, chosen: Mapping[str, bool]) -> dict[str, Piece]:
    """Pieces of the origin that the heir is to have, by name.

    The first time is the whole first time of whichever lead is older, unless somebody chose, or
    typed on the heir where it came from. The last is the latest of all others.
    """
    told = [one for one in sorted((heir, lead), key=_age) if _is_told(one)]
    if not told:
        return {}
    typed = [name for name in ORIGIN if name in (heir.typed or {})]
    decided = _is_told(heir) and (typed or any(name in chosen for name in ORIGIN))
    first = heir if decided else told[0]
    found = {} if first == heir else {name: pieces.piece(lead, name) for name in ORIGIN}
    visits = [one for each in (heir, lead) if (one := _last(each))]
    visits += [_first_as_last(one) for one in told if one != first and _differs(one, first)]
    latest = max(visits, key=lambda one: one["last_came_at"], default=_NEVER)
    found[VISITS] = {"value": pieces.value(first, VISITS) | latest}
    return found


_NEVER = dict.fromkeys(("last_source_id", "last_campaign_id", "last_tags", "last_came_at"))


def _age(lead: Lead) -> tuple[Any, int]:
    return lead.created_at, lead.pk


def _is_told(lead: Lead) -> bool:
    return bool(lead.source_id or lead.campaign_id)


def _differs(one: Lead, other: Lead) -> bool:
    return any(pieces.value(one, name) != pieces.value(other, name) for name in ORIGIN)


def _last(lead: Lead) -> dict[str, Any] | None:
    if lead.last_came_at is None:
        return None
    visits = pieces.value(lead, VISITS)
    return {column: visits[column] for column in _NEVER}


def _first_as_last(lead: Lead) -> dict[str, Any]:
    """The first time of a lead, as the last of the one it becomes a part of."""
    return {
        "last_source_id": lead.source_id,
        "last_campaign_id": lead.campaign_id,
        "last_tags": lead.tags,
        "last_came_at": lead.created_at.isoformat(),
    }

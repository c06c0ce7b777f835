"""The criteria pages: what makes a lead, an MQL and an SQL, for everybody to read."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest, permission_required
from accounts.policy import Action
from accounts.roles import Side
from funnel import reading, versions
from funnel.conditions import ConditionError
from funnel.models import CriteriaVersion, VersionState

SHOWN_VERSIONS = 20


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria(request: AuthenticatedRequest) -> HttpResponse:
    """The version that judges now."""
    return render(request, "funnel/criteria.html", _page(versions.live()))


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_version(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """One version, as it was signed or proposed. A draft belongs to those who write it."""
    readable = CriteriaVersion.objects.exclude(state=VersionState.DRAFT)
    version = get_object_or_404(readable.select_related("author"), number=number)
    return render(request, "funnel/criteria.html", _page(version))


def _page(version: CriteriaVersion) -> dict[str, Any]:
    history = CriteriaVersion.objects.exclude(state=VersionState.DRAFT).defer("content")
    return {
        "version": version,
        "is_live": version.state == VersionState.LIVE,
        "reading": _reading(version),
        "halves": _halves(version),
        "history": list(history[:SHOWN_VERSIONS]),
    }


def _reading(version: CriteriaVersion) -> reading.Reading | None:
    """None for an old version that asks for a field which is gone."""
    try:
        return reading.read(versions.rulebook(version))
    except ConditionError:
        return None


def _halves(version: CriteriaVersion) -> list[dict[str, Any]]:
    """Either side of the handoff rule: who signed, and when."""
    signed = {signature.side: signature for signature in versions.valid_signatures(version)}
    return [
        {"side": side, "stage": stage, "signature": signed.get(side)}
        for side, stage in ((Side.MARKETING, "mql"), (Side.SALES, "claimed"))
    ]

"""The criteria pages to read: the live version, every other one, and what differs between two."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Side
from funnel.criteria import words as reading
from funnel.criteria.compare import Comparison, compare
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import current, signing
from funnel.versions.pages import visible_version
from funnel.versions.words import bar

SHOWN_VERSIONS = 20


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria(request: AuthenticatedRequest) -> HttpResponse:
    """The version that judges now, and what is on its way to replace it."""
    return render(request, "funnel/criteria/criteria.html", _page(current.live(), request.user))


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_version(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """One version, as it was signed or proposed. A draft is read where it is edited."""
    version = visible_version(request.user, number)
    if version.state == VersionState.DRAFT:
        return redirect("draft", number)
    return render(request, "funnel/criteria/criteria.html", _page(version, request.user))


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_compare(request: AuthenticatedRequest, before: int, after: int) -> HttpResponse:
    """What changed from one version to another, and the place to sign it."""
    old, new = (visible_version(request.user, number) for number in (before, after))
    context: dict[str, Any] = {"before": old, "after": new, "comparison": _compared(old, new)}
    if new.is_in_the_making:
        context["bar"] = bar(new, request.user, current.live())
    else:
        context["halves"] = _halves(new)
    return render(request, "funnel/criteria/compare.html", context)


def _page(version: CriteriaVersion, person: User) -> dict[str, Any]:
    seen = CriteriaVersion.objects.visible_to(person).select_related("author", "switched_on_by")
    history = list(seen.defer("content")[:SHOWN_VERSIONS])
    live = current.live()
    bars = {one.pk: bar(one, person, live) for one in history if one.is_in_the_making}
    return {
        "version": version,
        "is_live": version == live,
        "live": live,
        "reading": _reading(version),
        "halves": _halves(version),
        "history": _history(history),
        "making": bars.values(),
        "is_edited": any(one.is_editable for one in history),
        "bar": bars.get(version.pk),
        "may_draft": policy.can(person, Action.DRAFT_CRITERIA),
    }


def _history(rows: list[CriteriaVersion]) -> list[dict[str, Any]]:
    """Each version with the one it is best compared to: the one before it."""
    return [
        {"version": one, "previous": previous}
        for one, previous in zip(rows, [*rows[1:], None], strict=True)
    ]


def _reading(version: CriteriaVersion) -> reading.RulebookText | None:
    rulebook = current.readable(version)
    return reading.in_words(rulebook) if rulebook else None


def _compared(before: CriteriaVersion, after: CriteriaVersion) -> Comparison | None:
    words = current.vocabulary()
    was, becomes = (current.readable(version, words) for version in (before, after))
    return compare(was, becomes) if was and becomes else None


def _halves(version: CriteriaVersion) -> list[dict[str, Any]]:
    """Either side of the handoff rule: who signed, and when."""
    signed = {signature.side: signature for signature in signing.valid_signatures(version)}
    return [{"side": side, "signature": signed.get(side)} for side in Side]

"""Saving a draft from a page: asks before signatures are lost, and overwrites nobody silently."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from accounts import http
from accounts.http import AuthenticatedRequest
from accounts.models import User
from funnel import versions
from funnel.compare import Comparison, compare
from funnel.conditions import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook import parse_content, prepared
from funnel.signature_bar import bar
from funnel.views.refusals import refused

# Names and values of a form, to be sent once more.
Typed = Sequence[tuple[str, Any]]


def saved(
    request: AuthenticatedRequest,
    version: CriteriaVersion,
    content: Mapping[str, Any],
    *,
    typed: Typed,
    note: str | None = None,
) -> HttpResponse | None:
    """Save the content. None when that is done, else the page that asks or says why not.

    Raises ConditionError when the content cannot be used.
    """
    read_hash = request.POST.get("read_hash", "")
    if version.content_hash != read_hash:
        return _conflict(request, version, content, typed)
    if version.state == VersionState.PROPOSED and "voiding" not in request.POST:
        return _asks(request, version, typed)
    try:
        versions.edit(
            version,
            content,
            read_hash=read_hash,
            by=request.user,
            note=note,
            voiding=voiding(request.POST),
        )
    except versions.ChangedMeanwhile:
        return _conflict(request, _again(version), content, typed)
    except versions.WouldVoid:
        return _asks(request, _again(version), typed)
    except versions.VersionError as error:
        return refused(request, "This was not saved", str(error), version)
    messages.success(request, "Saved. Nothing live changes.")
    return None


def start(
    source: CriteriaVersion,
    there: CriteriaVersion | None,
    person: User,
    data: Mapping[str, str],
) -> CriteriaVersion:
    """A draft with the content of `source`: a new one, or in place of what `there` says.

    Raises VersionError when another draft came first or changed, ConditionError when the content
    asks for a field which is gone.
    """
    note = "" if source.state == VersionState.LIVE else f"Back to {source}"
    if there is None:
        return versions.draft(source.content, author=person, based_on=source, note=note)
    return versions.edit(
        there,
        source.content,
        read_hash=data.get("read_hash", ""),
        by=person,
        note=note,
        based_on=source,
        voiding=voiding(data),
    )


def voiding(data: Mapping[str, str]) -> list[int]:
    """The signatures a page said would be lost."""
    found = (http.number(word) for word in data.get("voiding", "").split(","))
    return [pk for pk in found if pk is not None]


def _again(version: CriteriaVersion) -> CriteriaVersion:
    return CriteriaVersion.objects.select_related("saved_by", "proposed_by").get(pk=version.pk)


def _asks(request: AuthenticatedRequest, version: CriteriaVersion, typed: Typed) -> HttpResponse:
    """Saving would take a proposed version back to draft: whose signature is lost?"""
    context = {
        "version": version,
        "bar": bar(version, request.user),
        "typed": typed,
    }
    return render(request, "funnel/asks.html", context)


def _conflict(
    request: AuthenticatedRequest,
    version: CriteriaVersion,
    content: Mapping[str, Any],
    typed: Typed,
) -> HttpResponse:
    """Somebody saved first: theirs beside yours."""
    context = {"version": version, "comparison": _beside(version, content), "typed": typed}
    return render(request, "funnel/conflict.html", context, status=409)


def _beside(version: CriteriaVersion, content: Mapping[str, Any]) -> Comparison | None:
    words = versions.vocabulary()
    try:
        yours = parse_content(prepared(content), words)
        return compare(versions.rulebook(version, words), yours)
    except ConditionError:
        return None

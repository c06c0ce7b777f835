"""A proposed version: signed, sent back, and its schedule taken back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedRequest, permission_required, recent_sign_in_required
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Side
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import editing, signing, states, switching
from funnel.versions.forms import RefusalForm
from funnel.versions.words import bar
from leadportal.web.answers import refused
from leadportal.web.posts import post_only


def visible_version(person: User, number: int) -> CriteriaVersion:
    rows = CriteriaVersion.objects.visible_to(person)
    people = ("author", "proposed_by", "saved_by", "switched_on_by")
    return get_object_or_404(rows.select_related(*people), number=number)


@post_only("criteria-version", "number")
@permission_required(Action.SIGN_CRITERIA)
@recent_sign_in_required
def criteria_sign(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Sign for one's own side what one has read."""
    version = visible_version(request.user, number)
    side = request.POST.get("side", "")
    if side not in Side.values:
        return refused(request, "Nothing was signed", "Say for which department.", version)
    try:
        signing.sign(version, request.user, Side(side), read_hash=request.POST.get("read_hash", ""))
    except states.ChangedMeanwhile:
        return refused(request, "Nothing was signed", _changed(version), version)
    except states.VersionError as error:
        return refused(request, "Nothing was signed", str(error), version)
    lacking = [half.side.label for half in bar(version, request.user).halves if not half.signature]
    now = f"{lacking[0]} has not signed yet" if lacking else "Both departments have signed"
    messages.success(request, f"Signed {version} for {Side(side).label}. {now}.")
    return redirect(version)


def _changed(version: CriteriaVersion) -> str:
    who = version.saved_by.name if version.saved_by else "Somebody"
    return (
        f"{who} changed {version} after you opened it, so it is not what you read. "
        "Read it again, then sign."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.SIGN_CRITERIA)
def criteria_send_back(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Not agreed: back to draft, with what has to change."""
    version = visible_version(request.user, number)
    if request.method == "GET" and version.state != VersionState.PROPOSED:
        return redirect(version)
    form = RefusalForm(request.POST or None)
    if form.is_valid():
        try:
            editing.send_back(version, request.user, note=form.cleaned_data["note"])
        except states.VersionError as error:
            return refused(request, "Nothing was sent back", str(error), version)
        messages.success(request, f"{version} is a draft again, with your note on it.")
        return redirect("draft", number)
    context = {"version": version, "form": form, "bar": bar(version, request.user)}
    return render(
        request, "funnel/versions/send_back.html", context, status=422 if form.errors else 200
    )


@post_only("criteria-version", "number")
@permission_required(Action.SWITCH_ON_CRITERIA)
def criteria_unschedule(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Take the schedule back; the signatures stand."""
    version = visible_version(request.user, number)
    try:
        switching.take_schedule_back(version, by=request.user)
    except states.VersionError as error:
        return refused(request, "The schedule stands", str(error), version)
    messages.success(request, f"{version} is not switched on by itself. Its signatures stand.")
    return redirect(version)

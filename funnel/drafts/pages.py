"""A draft: started, edited on the page or as text, and proposed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from funnel.conditions.values import ConditionError
from funnel.criteria import words as criteria_words
from funnel.criteria.compare import Comparison, compare
from funnel.drafts import drafts
from funnel.drafts.forms import DraftForm, NoteForm
from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.parts import Rulebook
from funnel.rulebook.saving import prepared
from funnel.versions import current, editing, states
from funnel.versions.pages import visible_version
from funnel.versions.words import bar
from funnel.vocabulary.facts import Vocabulary
from leadportal.web import answers
from leadportal.web.answers import refused
from leadportal.web.posts import post_only


@post_only("criteria")
@permission_required(Action.DRAFT_CRITERIA)
def draft_new(request: AuthenticatedRequest) -> HttpResponse:
    """Start a draft from the live version or the one named, or put it into the draft there is."""
    wanted = answers.id_number(request.POST.get("from", ""))
    source = current.live() if wanted is None else visible_version(request.user, wanted)
    there = CriteriaVersion.objects.editable().select_related("author", "saved_by").first()
    if there is not None and "voiding" not in request.POST:
        context = {
            "there": there,
            "source": source,
            "bar": bar(there, request.user),
        }
        return render(request, "funnel/drafts/one_at_a_time.html", context, status=409)
    try:
        version = start(source, there, request.user, request.POST)
    except (states.VersionError, ConditionError) as error:
        return refused(request, "No draft was started", str(error), "criteria")
    messages.success(request, f"{version} starts as {source} is. Nothing live changes.")
    return redirect("draft", version.number)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.READ_DRAFTS)
def draft_page(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The draft with its points to edit; also a proposed version, which an edit takes back."""
    version = visible_version(request.user, number)
    if request.method == "POST":
        policy.require(request.user, Action.DRAFT_CRITERIA)
    if not version.is_editable:
        return no_draft(request, version)
    words = current.vocabulary()
    try:
        rulebook = current.rulebook(version, words)
    except ConditionError as error:
        context = {
            "version": version,
            "error": error,
            "bar": bar(version, request.user),
        }
        return render(request, "funnel/drafts/unreadable.html", context)
    if request.method == "POST":
        return _save(request, version, DraftForm(rulebook, request.POST), words)
    return _page(request, version, DraftForm(rulebook), words)


def _save(
    request: AuthenticatedRequest, version: CriteriaVersion, form: DraftForm, words: Vocabulary
) -> HttpResponse:
    pressed = request.POST.get("act", "")
    act, _, about = pressed.partition(":")
    if form.is_valid():
        content = _acted(form.edited(version.content), form.rulebook, act, about)
        typed = [*form.changed_values(), ("act", pressed)]
        try:
            answer = content != version.content and saved(request, version, content, typed=typed)
        except ConditionError as error:
            form.add_error(None, f"{error}")
        else:
            return answer or _onwards(version, act, about)
    return _page(request, version, form, words)


def _acted(content: drafts.Content, rulebook: Rulebook, act: str, about: str) -> drafts.Content:
    """What the pressed button does besides saving; `about` is the id of a rule."""
    match act:
        case "remove":
            return drafts.without_rule(content, about)
        case "back":
            return drafts.put_back(content, current.live().content, about)
        case "up" | "down":
            return drafts.with_rule_moved(content, rulebook, about, up=act == "up")
    return content


def _onwards(version: CriteriaVersion, act: str, about: str) -> HttpResponse:
    if act == "propose":
        return redirect("draft-propose", version.number)
    place = f"#rule-{about}" if about else ""
    return redirect(f"{reverse('draft', args=[version.number])}{place}")


def _page(
    request: AuthenticatedRequest, version: CriteriaVersion, form: DraftForm, words: Vocabulary
) -> HttpResponse:
    live = current.live()
    base = current.readable(live, words)
    context = {
        "version": version,
        "live": live,
        "form": form,
        "read_hash": request.POST.get("read_hash", version.content_hash),
        "groups": _groups(form, base),
        "count": compare(base, form.rulebook).count if base else None,
        "reading": criteria_words.in_words(form.rulebook),
        "bar": bar(version, request.user, live),
        "refusal": version.refusals.select_related("refused_by").first(),
    }
    return render(request, "funnel/drafts/draft.html", context, status=422 if form.errors else 200)


def _groups(form: DraftForm, base: Rulebook | None) -> list[dict[str, Any]]:
    """The sections of the page, each row with its fields."""
    return [
        {
            "section": section,
            "rows": [
                {"row": row, "field": form.field(row), "bands": form.band_fields(row)}
                for row in section.rows
            ],
        }
        for section in drafts.sections(form.rulebook, base)
    ]


def no_draft(request: AuthenticatedRequest, version: CriteriaVersion) -> HttpResponse:
    """Scheduled, live and retired versions are read; what was typed for one is not saved."""
    if request.method == "POST":
        text = f"{version} is {version.get_state_display().lower()} by now, so it stays as it is."
        return refused(request, "This was not saved", text, version)
    return redirect(version)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.DRAFT_CRITERIA)
def draft_propose(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Ask both departments to sign the draft as it is."""
    version = visible_version(request.user, number)
    if request.method == "GET" and version.state != VersionState.DRAFT:
        return redirect(version)
    form = NoteForm(request.POST or None, initial={"note": version.note})
    if form.is_valid():
        note, read_hash = form.cleaned_data["note"], request.POST.get("read_hash", "")
        try:
            editing.propose(version, by=request.user, note=note, read_hash=read_hash)
        except states.VersionError as error:
            return refused(request, "Nobody was asked", str(error), version)
        messages.success(request, f"{version} waits for both signatures.")
        return redirect(version)
    live = current.live()
    context = {
        "version": version,
        "form": form,
        "bar": bar(version, request.user, live),
        "live": live,
    }
    return render(
        request, "funnel/drafts/propose.html", context, status=422 if form.errors else 200
    )


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
        editing.edit(
            version,
            content,
            read_hash=read_hash,
            by=request.user,
            note=note,
            voiding=_voiding(request.POST),
        )
    except states.ChangedMeanwhile:
        return _conflict(request, _again(version), content, typed)
    except states.WouldVoid:
        return _asks(request, _again(version), typed)
    except states.VersionError as error:
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
        return editing.draft(source.content, author=person, based_on=source, note=note)
    return editing.edit(
        there,
        source.content,
        read_hash=data.get("read_hash", ""),
        by=person,
        note=note,
        based_on=source,
        voiding=_voiding(data),
    )


def _voiding(data: Mapping[str, str]) -> list[int]:
    """The signatures a page said would be lost."""
    found = (answers.id_number(word) for word in data.get("voiding", "").split(","))
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
    return render(request, "funnel/drafts/asks.html", context)


def _conflict(
    request: AuthenticatedRequest,
    version: CriteriaVersion,
    content: Mapping[str, Any],
    typed: Typed,
) -> HttpResponse:
    """Somebody saved first: theirs beside yours."""
    context = {"version": version, "comparison": _beside(version, content), "typed": typed}
    return render(request, "funnel/drafts/conflict.html", context, status=409)


def _beside(version: CriteriaVersion, content: Mapping[str, Any]) -> Comparison | None:
    words = current.vocabulary()
    try:
        yours = parse_content(prepared(content), words)
        return compare(current.rulebook(version, words), yours)
    except ConditionError:
        return None

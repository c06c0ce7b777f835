"""A draft: started, edited on the page or as text, and proposed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import http, policy
from accounts.http import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel import drafting, reading, text_form, versions
from funnel.compare import compare
from funnel.conditions import ConditionError
from funnel.forms import DraftForm, NoteForm, TextForm
from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook import Rulebook
from funnel.signature_bar import bar
from funnel.views.criteria import visible_version
from funnel.views.refusals import refused
from funnel.views.saving import saved, start
from funnel.vocabulary import Vocabulary


@require_POST
@permission_required(Action.DRAFT_CRITERIA)
def draft_new(request: AuthenticatedRequest) -> HttpResponse:
    """Start a draft from the live version or the one named, or put it into the draft there is."""
    wanted = http.number(request.POST.get("from", ""))
    source = versions.live() if wanted is None else visible_version(request.user, wanted)
    there = CriteriaVersion.objects.editable().select_related("author", "saved_by").first()
    if there is not None and "voiding" not in request.POST:
        context = {
            "there": there,
            "source": source,
            "bar": bar(there, request.user),
        }
        return render(request, "funnel/one_at_a_time.html", context, status=409)
    try:
        version = start(source, there, request.user, request.POST)
    except (versions.VersionError, ConditionError) as error:
        return refused(request, "No draft was started", str(error), "criteria")
    messages.success(request, f"{version} starts as {source} is. Nothing live changes.")
    return redirect("draft", version.number)


# The page with its points.


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.READ_DRAFTS)
def draft(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The draft with its points to edit; also a proposed version, which an edit takes back."""
    version = visible_version(request.user, number)
    if request.method == "POST":
        policy.require(request.user, Action.DRAFT_CRITERIA)
    if not version.is_editable:
        return _no_draft(request, version)
    words = versions.vocabulary()
    try:
        rulebook = versions.rulebook(version, words)
    except ConditionError as error:
        context = {
            "version": version,
            "error": error,
            "bar": bar(version, request.user),
        }
        return render(request, "funnel/unreadable.html", context)
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


def _acted(content: drafting.Content, rulebook: Rulebook, act: str, about: str) -> drafting.Content:
    """What the pressed button does besides saving; `about` is the id of a rule."""
    match act:
        case "remove":
            return drafting.without(content, about)
        case "back":
            return drafting.put_back(content, versions.live().content, about)
        case "up" | "down":
            return drafting.moved(content, rulebook, about, up=act == "up")
    return content


def _onwards(version: CriteriaVersion, act: str, about: str) -> HttpResponse:
    if act == "propose":
        return redirect("draft-propose", version.number)
    place = f"#rule-{about}" if about else ""
    return redirect(f"{reverse('draft', args=[version.number])}{place}")


def _page(
    request: AuthenticatedRequest, version: CriteriaVersion, form: DraftForm, words: Vocabulary
) -> HttpResponse:
    live = versions.live()
    base = versions.readable(live, words)
    context = {
        "version": version,
        "live": live,
        "form": form,
        "read_hash": request.POST.get("read_hash", version.content_hash),
        "groups": _groups(form, base),
        "count": compare(base, form.rulebook).count if base else None,
        "reading": reading.read(form.rulebook),
        "bar": bar(version, request.user, live),
        "refusal": version.refusals.select_related("refused_by").first(),
    }
    return render(request, "funnel/draft.html", context, status=422 if form.errors else 200)


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
        for section in drafting.sections(form.rulebook, base)
    ]


def _no_draft(request: AuthenticatedRequest, version: CriteriaVersion) -> HttpResponse:
    """Scheduled, live and retired versions are read; what was typed for one is not saved."""
    if request.method == "POST":
        text = f"{version} is {version.get_state_display().lower()} by now, so it stays as it is."
        return refused(request, "This was not saved", text, version)
    return redirect(version)


# The whole as text.


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.DRAFT_CRITERIA)
def draft_text(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The whole draft as text, to edit or to bring from elsewhere."""
    version = visible_version(request.user, number)
    if not version.is_editable:
        return _no_draft(request, version)
    form = TextForm(request.POST or None, initial={"text": text_form.export(version)})
    answer = _save_text(request, version, form) if form.is_valid() else None
    if answer is not None:
        return answer
    context = {
        "version": version,
        "form": form,
        "read_hash": request.POST.get("read_hash", version.content_hash),
        "bar": bar(version, request.user),
    }
    return render(request, "funnel/text.html", context, status=422 if form.errors else 200)


def _save_text(
    request: AuthenticatedRequest, version: CriteriaVersion, form: TextForm
) -> HttpResponse | None:
    """Save the typed text; None when it has a mistake, which the form then says."""
    text = form.cleaned_data["text"]
    try:
        document = text_form.read(text, versions.vocabulary())
        answer = saved(
            request, version, document.content, typed=[("text", text)], note=document.note
        )
    except ConditionError as error:
        said = f"{error}"
        form.add_error("text", f"{said[:1].upper()}{said[1:]}")
        return None
    if answer is None and document.has_comments:
        messages.warning(request, "The comments of the text are not kept.")
    return answer or redirect("draft", version.number)


# Asking for the signatures.


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
            versions.propose(version, by=request.user, note=note, read_hash=read_hash)
        except versions.VersionError as error:
            return refused(request, "Nobody was asked", str(error), version)
        messages.success(request, f"{version} waits for both signatures.")
        return redirect(version)
    live = versions.live()
    context = {
        "version": version,
        "form": form,
        "bar": bar(version, request.user, live),
        "live": live,
    }
    return render(request, "funnel/propose.html", context, status=422 if form.errors else 200)

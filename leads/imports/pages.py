"""Bringing a file in: choose it, say what its columns are, see what would be, let it in, undo."""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.look.formats import some
from leadportal.web import answers
from leadportal.web.answers import fragment, go
from leadportal.web.limits import takes_upload
from leadportal.web.posts import post_only
from leads import fields
from leads.imports import imports, words
from leads.imports.forms import ColumnsForm, FileForm
from leads.imports.reading import MOST_BYTES, Unreadable
from leads.models import Import, ImportState, LineStatus, Lists
from leads.models.imports import BEFORE, WORKING

# htmx stops polling when it is answered with this.
STOP_POLLING = 286
SHOWN = 50
PROBLEM = "Problem"
# A spreadsheet takes a cell that begins so for a formula; "+46 8" and "-3" are none.
_FORMULA = ("=", "@", "\t", "\r")


@takes_upload(MOST_BYTES, lambda user: policy.can(user, Action.IMPORT_LEADS))
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.IMPORT_LEADS)
def import_list(request: AuthenticatedRequest) -> HttpResponse:
    """All imports, and the form that begins one."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            one = imports.begin(request.user, file.name, file)
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            return redirect("import-columns", one.pk)
    rows = list(Import.objects.select_related("author")[: SHOWN + 1])
    context = {"form": form, "imports": rows[:SHOWN], "are_all": len(rows) <= SHOWN}
    status = 422 if form.errors else 200
    return render(request, "leads/imports/imports.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.IMPORT_LEADS)
def import_columns(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Import, pk=pk)
    if one.state not in BEFORE:
        return redirect(one)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        one=one,
        samples=imports.samples(one),
        defined=fields.definitions(),
    )
    if form.is_valid():
        try:
            imports.choose(one, request.user, form.chosen, form.terms)
        except imports.ImportRefused as error:
            return _refused(request, "The columns stay as they are", error, one)
        return redirect(one)
    status = 422 if form.errors else 200
    context = {
        "one": one,
        "form": form,
        "kinds": Lists.choices,
        "note": words.about_lines(one),
    }
    return render(request, "leads/imports/columns.html", context, status=status)


@post_only("import-columns", "pk")
@permission_required(Action.IMPORT_LEADS)
def import_lists(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Say what each line is: the columns are then guessed anew."""
    one = get_object_or_404(Import, pk=pk)
    lists = request.POST.get("lists", "")
    if lists not in Lists.values:
        return answers.refused(request, "Nothing was changed", "Choose what each line is.", one)
    try:
        imports.say(one, request.user, Lists(lists))
    except imports.ImportRefused as error:
        return _refused(request, "Nothing was changed", error, one)
    return redirect("import-columns", pk)


@require_safe
@permission_required(Action.IMPORT_LEADS)
def import_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The page; for a poll of htmx its changing part, until no worker is at it."""
    one = get_object_or_404(Import.objects.select_related("author", "undone_by"), pk=pk)
    if one.state == ImportState.OPEN:
        return redirect("import-columns", pk)
    if not request.htmx:
        return fragment(request, "leads/imports/import.html", _context(one))
    status = 200 if one.state in WORKING else STOP_POLLING
    return fragment(request, "leads/imports/partials/import.html", _context(one), status)


def _context(one: Import) -> dict[str, Any]:
    at, state = clock.now(), ImportState(one.state)
    is_known = state not in (ImportState.CHECKING, ImportState.UNDOING, ImportState.UNDONE)
    moving = state in WORKING or state == ImportState.PAUSED
    held = state not in BEFORE and one.hold_until is not None and one.hold_until > at
    return {
        "one": one,
        "seen": imports.edition(one),
        "is_running": state in WORKING,
        "job": words.progress(one, at) if moving else None,
        "tiles": list(words.tiles(one)) if is_known else [],
        "forecast": words.forecast(one, at) if state == ImportState.CHECKED else [],
        "problems": words.problems(one) if is_known else [],
        "doubts": words.doubts(one) if is_known else [],
        "refused": one.count(LineStatus.REFUSED),
        "coming": words.coming(one),
        "is_held": held and one.count(LineStatus.CREATED) > 0,
        "undone": words.undone(one) if state == ImportState.UNDONE else "",
    }


@post_only("import", "pk")
@permission_required(Action.IMPORT_LEADS)
def import_start(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    seen = request.POST.get("seen", "")
    return _done(request, pk, partial(imports.start, seen=seen))


@post_only("import", "pk")
@permission_required(Action.IMPORT_LEADS)
def import_pause(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _done(request, pk, imports.pause)


@post_only("import", "pk")
@permission_required(Action.IMPORT_LEADS)
def import_go_on(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _done(request, pk, imports.go_on)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.IMPORT_LEADS)
def import_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _done(request, pk, imports.undo)
    one = get_object_or_404(Import, pk=pk)
    if not imports.can_be_undone(one):
        return redirect(one)
    return render(request, "leads/imports/undo.html", {"one": one, **_asked(one)})


def _asked(one: Import) -> dict[str, str]:
    return {"title": f"Undo “{one.name}”?", "text": words.undo_asked(one)}


@post_only("import", "pk")
@permission_required(Action.IMPORT_LEADS)
def import_hand_over(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Import, pk=pk)
    try:
        count = imports.hand_over(one, request.user)
    except imports.ImportRefused as error:
        return _refused(request, "Nothing was done", error, one)
    if not count:
        return answers.refused(request, "Nothing was done", "None of its leads is held back.", one)
    answers.said(request, f"From now on the criteria decide about {some(count, 'lead')}.")
    return go(request, one)


@post_only("import", "pk")
@permission_required(Action.IMPORT_LEADS)
def import_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Import, pk=pk)
    try:
        imports.discard(one, request.user)
    except imports.ImportRefused as error:
        return _refused(request, "It was not thrown away", error, one)
    answers.said(request, f"“{one.name}” was thrown away; nothing of it came in.")
    return go(request, "imports")


def _done(
    request: AuthenticatedRequest, pk: int, verb: Callable[[Import, User], Import]
) -> HttpResponse:
    one = get_object_or_404(Import, pk=pk)
    try:
        verb(one, request.user)
    except imports.ImportRefused as error:
        return _refused(request, "Nothing was done", error, one)
    return go(request, one)


def _refused(
    request: AuthenticatedRequest, title: str, error: imports.ImportRefused, one: Import
) -> HttpResponse:
    back = "imports" if isinstance(error, imports.ThrownAway) else one
    return answers.refused(request, title, str(error), back)


@require_safe
@permission_required(Action.IMPORT_LEADS)
def import_refused(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The lines that were left out, as a file to correct and import again."""
    one = get_object_or_404(Import, pk=pk)
    answer = HttpResponse("".join(_csv(one)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="left-out-{one.pk}.csv"'
    return answer


class _Echo:
    """Hands on what a csv writer writes."""

    def write(self, text: str) -> str:
        return text


def _csv(one: Import) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # By the mark, Excel reads it as UTF-8.
    yield "\ufeff" + writer.writerow([*map(_cell, one.header), PROBLEM])
    for line in one.lines.filter(status=LineStatus.REFUSED).iterator():
        yield writer.writerow([*map(_cell, line.cells), words.why(one, line)])


def _cell(text: str) -> str:
    is_number = text[:1] in ("+", "-") and text[1:2].isdecimal()
    is_formula = text.startswith(_FORMULA) or (text[:1] in ("+", "-") and not is_number)
    return f"'{text}" if is_formula else text

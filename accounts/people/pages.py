"""The accounts of people: who there is, somebody new, what one may do, and the way out."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import PersonChange, User
from accounts.people import people, words
from accounts.people.forms import NewPersonForm, PersonForm
from accounts.people.groups import GROUPS
from accounts.policy import Action, role_label
from leadportal.db import paging
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.db.paging import Order, read_moment
from leadportal.web.answers import refused
from leadportal.web.posts import post_only

FORM_METHODS = ["GET", "HEAD", "POST"]
NEWEST = Order("at", read_moment, descending=True)


@require_safe
@permission_required(Action.EDIT_PEOPLE)
def people_list(request: AuthenticatedRequest) -> HttpResponse:
    rows = list(_everybody())
    groups = {kind: kind.of([row.pk for row in rows]) for kind in GROUPS}
    names = {kind: dict(kind.choices()) for kind in GROUPS}
    shown: list[dict[str, Any]] = [
        {
            "person": row,
            "roles": role_label(row),
            "groups": [
                ", ".join(names[kind][pk] for pk in groups[kind].get(row.pk, ())) for kind in GROUPS
            ],
        }
        for row in rows
    ]
    context = {
        "people": [one for one in shown if one["person"].is_active],
        "closed": [one for one in shown if not one["person"].is_active],
        "kinds": GROUPS,
    }
    history = _history(request, PersonChange.objects.all())
    return render(request, "accounts/people/people.html", context | history)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_PEOPLE)
def person_new(request: AuthenticatedRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None)
    if form.is_valid():
        try:
            person = people.add(by=request.user, **form.cleaned_data)
        except people.PersonRefused as error:
            form.add_error("email", str(error))
        else:
            return _link_page(request, person)
    status = 422 if form.errors else 200
    return render(request, "accounts/people/person_new.html", {"form": form}, status=status)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_PEOPLE)
def person_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_everybody(), pk=pk)
    form = PersonForm(request.POST or None, initial=people.state(person))
    status = 200
    if form.is_valid():
        try:
            changed = people.change(person, by=request.user, read=form.read(), **form.cleaned_data)
        except ChangedMeanwhile as meanwhile:
            form, status = form.against(meanwhile, by=_who_saved(person, meanwhile)), 409
        except people.PersonRefused as error:
            form.add_error("roles", str(error))
        else:
            messages.success(request, "Saved." if changed else "Nothing was changed.")
            return redirect("person", pk=pk)
    context = {"person": person, "form": form, "keys": people.usable_keys(person)}
    history = _history(request, person.changes.all())
    status = 422 if form.errors else status
    return render(request, "accounts/people/person.html", context | history, status=status)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_PEOPLE)
def person_deactivate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        done = "{person} is signed out everywhere and cannot sign in any more."
        return _act(request, pk, people.deactivate, done)
    context = {"person": person, "keys": people.usable_keys(person)}
    return render(request, "accounts/people/person_deactivate.html", context)


@post_only("person", "pk")
@permission_required(Action.EDIT_PEOPLE)
def person_activate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, people.activate, "{person} can sign in again.")


@post_only("person", "pk")
@permission_required(Action.EDIT_PEOPLE)
def person_end_sessions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, people.end_sessions, "{person} is signed out everywhere.")


@post_only("person", "pk")
@permission_required(Action.EDIT_PEOPLE)
def person_reset_2fa(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    done = "{person} signs in with the password alone until they set up an app again."
    return _act(request, pk, people.reset_second_factor, done)


@post_only("person", "pk")
@permission_required(Action.EDIT_PEOPLE)
def person_link(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    try:
        return _link_page(request, person)
    except people.PersonRefused as error:
        return refused(request, "No link was made", str(error), "person", pk)


def _act(
    request: AuthenticatedRequest, pk: int, verb: Callable[..., object], done: str
) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    try:
        verb(person, by=request.user)
    except people.PersonRefused as error:
        return refused(request, "Nothing was changed", str(error), "person", pk)
    messages.success(request, done.format(person=person))
    return redirect("person", pk=pk)


def _link_page(request: AuthenticatedRequest, person: User) -> HttpResponse:
    """Not a redirect: the link is in this one answer and nowhere else."""
    link = people.make_password_link(person, by=request.user)
    context = {"person": person, "link": link}
    return render(request, "accounts/people/person_link.html", context, status=201)


def _everybody() -> QuerySet[User]:
    totp = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.select_related("team").annotate(has_app=Exists(totp))


def _who_saved(person: User, meanwhile: ChangedMeanwhile) -> str:
    last = person.changes.filter(what__in=meanwhile.names).select_related("by").first()
    return last.by.name if last and last.by else "Somebody"


def _history(request: HttpRequest, rows: QuerySet[PersonChange]) -> dict[str, Any]:
    """Who changed what, a page at a time."""
    page = paging.page(rows.select_related("person", "by"), NEWEST, request.GET)
    return {
        "changes": words.changes(page.rows),
        "newer": f"{page.newer}#changes" if page.newer else "",
        "older": f"{page.older}#changes" if page.older else "",
    }

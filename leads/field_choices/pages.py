"""The steps from the page of a field that are about one of its choices."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.look.bidi import apart
from leadportal.web.answers import fragment, go, refused
from leadportal.web.posts import post_only
from leads.field_choices import forms, offering
from leads.models import CustomField
from leads.own_fields import keeping, usage, words
from leads.own_fields.keeping import FieldRefused
from leads.own_fields.pages import refusal_said

FORM_METHODS = ["GET", "HEAD", "POST"]
editing = permission_required(Action.EDIT_FIELDS)


@require_http_methods(FORM_METHODS)
@editing
def choice_new(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One more choice; `?choice=` is a value that came in."""
    one = _field(pk)
    form = forms.NewChoiceForm(request.POST or None, initial={"choice": _asked(request)})

    def say() -> str:
        choice = form.cleaned_data["choice"]
        offering.add_choice(one, request.user, choice, also=form.cleaned_data["also"])
        return f"“{apart(choice)}” is a choice."

    return _step(request, one, form, say, drawer_title="Add a choice", verb="Add choice")


@require_http_methods(FORM_METHODS)
@editing
def choice_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one, choice = _field(pk), _asked(request)
    try:
        initial = offering.terms(one, choice)
    except FieldRefused as error:
        return _refused(request, one, error)
    form = forms.ChoiceForm(request.POST or None, initial=initial)

    def say() -> str:
        saved = offering.change_choice(
            one, request.user, choice, read=form.read(), **form.cleaned_data
        )
        return f"“{apart(saved.label_of(choice))}” is saved."

    context = {"choice": choice, "text": words.counts_on(usage.asking(one, choice=choice))}
    return _step(request, one, form, say, drawer_title="Edit choice", **context)


@require_http_methods(FORM_METHODS)
@editing
def choice_merge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Make a choice another one."""
    one, choice = _field(pk), _asked(request)
    label = "It is the same as"
    form = forms.PickChoiceForm(one, request.POST or None, label=label, without=[choice])

    def say() -> str:
        into = form.cleaned_data["into"]
        saved = offering.merge_choice(one, request.user, choice, into)
        return f"“{apart(saved.label_of(choice))}” is “{apart(saved.label_of(into))}” now."

    text = (
        "Who holds it holds the other from now on, and what is sent as it means the other. This"
        " cannot be undone."
    )
    context = {"choice": choice, "text": text, "drawer_title": "Merge choices", "verb": "Merge"}
    return _step(request, one, form, say, **context)


@require_http_methods(FORM_METHODS)
@editing
def choice_spelling(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Say which choice a value means that came in, for whoever sends it."""
    one, word = _field(pk), _asked(request)
    form = forms.PickChoiceForm(one, request.POST or None, label="It means")

    def say() -> str:
        into = form.cleaned_data["into"]
        saved = offering.also_spelled(one, request.user, into, word)
        return f"“{apart(word)}” means “{apart(saved.label_of(into))}”."

    text = "Leads that said so are read again, and all that will."
    context = {"choice": word, "text": text, "drawer_title": "What it means"}
    return _step(request, one, form, say, **context)


@post_only("field", "pk")
@editing
def choice_move(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _field(pk)
    way = request.POST.get("way", "")
    offering.move_choice(one, request.user, request.POST.get("choice", ""), way)
    return go(request, "field", pk)


def _field(pk: int) -> CustomField:
    return get_object_or_404(CustomField.objects.of_choices(), pk=pk)


def _asked(request: AuthenticatedRequest) -> str:
    return request.GET.get("choice", "").replace("\0", "").strip()


def _refused(request: AuthenticatedRequest, one: CustomField, error: FieldRefused) -> HttpResponse:
    return refused(request, "Nothing was changed", refusal_said(error), "field", one.pk)


def _step(
    request: AuthenticatedRequest,
    one: CustomField,
    form: Any,
    say: Callable[[], str],
    **context: Any,
) -> HttpResponse:
    """Do what was typed; else the form, and what is wrong or changed meanwhile."""
    status = 200
    if form.is_valid():
        try:
            messages.success(request, say())
        except FieldRefused as error:
            form.add_error(None, refusal_said(error))
        except ChangedMeanwhile as meanwhile:
            form, status = form.against(meanwhile, by=keeping.who_saved(one)), 409
        else:
            return go(request, "field", one.pk)
    status = 422 if form.errors else status
    back = resolve_url("field", one.pk)
    context = {"verb": "Save", "form": form, "one": one, "back_url": back, **context}
    return fragment(request, "leads/field_choices/choice.html", context, status=status)

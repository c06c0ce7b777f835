"""The settings pages of the fields a company adds."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.web.answers import fragment, go, id_number, refused
from leadportal.web.posts import post_only
from leads.models import CustomField
from leads.own_fields import counting, forecast, forms, keeping, past, reading, unfit, usage, words
from leads.own_fields.keeping import AskedFor, FieldRefused

FORM_METHODS = ["GET", "HEAD", "POST"]
editing = permission_required(Action.EDIT_FIELDS)


@require_safe
@permission_required(Action.OPEN_FIELDS)
def field_list(request: AuthenticatedRequest) -> HttpResponse:
    """The fields in their order, those that are retired, and what is no field yet."""
    typed, counted = request.GET.get("q", "").replace("\0", ""), counting.counts()
    rows = list(CustomField.objects.all())
    found = [one for one in rows if one.same_as_id is None]
    uses = usage.of_all(one.name for one in found)
    to_come = reading.not_yet(counted, {one.name for one in rows}, typed)
    context = {
        "lines": words.lines((one for one in found if not one.is_retired), uses, counted),
        "retired": words.lines((one for one in found if one.is_retired), uses, counted),
        "seen": words.seen_lines(to_come.names, counted, to_come.systems),
        "more": to_come.more,
        "typed": typed,
        "counted_at": counted.at,
        "may_edit": policy.can(request.user, Action.EDIT_FIELDS),
    }
    return render(request, "leads/own_fields/fields.html", context)


@require_safe
@permission_required(Action.OPEN_FIELDS)
def field_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _field(pk)
    count, at = counting.count_of([one.name])
    read = forecast.of_field(one, count)
    context = {
        "one": one,
        "kind": words.kind_of(one),
        "other_names": sorted({one.name, *reading.other_names(one)} - {one.api_name}),
        "uses": usage.of_all([one.name])[one.name],
        "count": count,
        "read": words.forecast_said(read),
        "samples": words.samples(count),
        "counted_at": at,
        "choices": words.choice_lines(one, count) if one.has_choices else (),
        "unfit": unfit.values(one, count),
        "is_reading": past.is_reading(one),
        "may_edit": policy.can(request.user, Action.EDIT_FIELDS),
    }
    return render(request, "leads/own_fields/field.html", context)


# --- a field -----------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@editing
def field_new(request: AuthenticatedRequest) -> HttpResponse:
    """A new field; `?name=` is an attribute that leads carry already."""
    name = request.GET.get("name", "").replace("\0", "")
    count, _ = counting.count_of([name]) if name else (counting.Count(), None)
    choices = forecast.choices_in(count)
    forecasts = forecast.of_all(count)
    guessed = forecast.guess(count, forecasts)
    initial: dict[str, Any] = {"label": reading.label_of(name), "name": name, "type": guessed}
    if CustomField(type=guessed).has_choices:
        initial["choices"] = choices
    form = forms.NewFieldForm(request.POST or None, initial=initial, forecasts=forecasts)
    context = {"count": count, "name": name, "drawer_title": "Define a field", "verb": "Define"}

    def say() -> CustomField:
        one = keeping.add(request.user, **form.cleaned_data, carried=name)
        messages.success(request, f"“{one}” is a field. What leads carry is read now.")
        return one

    return _step(request, form, say, "fields", **context)


@require_http_methods(FORM_METHODS)
@editing
def field_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _field(pk)
    form = forms.FieldForm(request.POST or None, initial=keeping.current_values(one))

    def say() -> CustomField:
        saved = keeping.change(one, request.user, read=form.read(), **form.cleaned_data)
        messages.success(request, f"“{saved}” is saved.")
        return saved

    title = "Edit field"
    return _step(request, form, say, resolve_url("field", pk), drawer_title=title, one=one)


@require_http_methods(FORM_METHODS)
@editing
def field_type(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Another type, with what each would read of what leads carry."""
    one = _field(pk)
    count, at = counting.count_of([one.name])
    initial = {"type": one.type, "choices": one.choices or forecast.choices_in(count)}
    forecasts = forecast.of_all(count)
    form = forms.TypeForm(request.POST or None, initial=initial, forecasts=forecasts)

    def say() -> CustomField:
        saved = keeping.retype(one, request.user, read=form.read(), **form.cleaned_data)
        messages.success(request, f"“{saved}” is {saved.get_type_display().lower()} now.")
        return saved

    context = {"one": one, "count": count, "counted_at": at, "is_typing": True}
    title = "Change the type"
    return _step(request, form, say, resolve_url("field", pk), drawer_title=title, **context)


@require_http_methods(FORM_METHODS)
@editing
def field_same(request: AuthenticatedRequest) -> HttpResponse:
    """Say that an attribute, `?name=`, is a field that there is."""
    name = request.GET.get("name", "").replace("\0", "")
    standing = list(CustomField.objects.standing().filter(retired_at=None))
    form = forms.SameForm(standing, request.POST or None)

    def say() -> CustomField:
        one = _field(id_number(form.cleaned_data["field"]) or 0)
        saved = keeping.also_called(one, request.user, name)
        messages.success(request, f"{name} is “{saved}” from now on.")
        return saved

    count, _ = counting.count_of([name])
    context = {"name": name, "count": count, "drawer_title": "The same as a field"}
    return _step(request, form, say, "fields", verb="It is the same", **context)


@post_only("fields")
@editing
def field_move(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    way = keeping.UP if request.POST.get("way") == keeping.UP else keeping.DOWN
    keeping.move(_field(pk), request.user, way)
    return go(request, "fields")


@post_only("field", "pk")
@editing
def field_retire(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    text = "“{}” is offered no more. Leads keep what they carry."
    return _act(request, pk, keeping.retire, text)


@post_only("field", "pk")
@editing
def field_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, keeping.bring_back, "“{}” is offered again.")


# --- in short ----------------------------------------------------------------------------------


def _field(pk: int) -> CustomField:
    return get_object_or_404(CustomField.objects.standing(), pk=pk)


def _step(
    request: AuthenticatedRequest,
    form: Any,
    say: Callable[[], CustomField],
    back: str,
    **context: Any,
) -> HttpResponse:
    """Do what was typed; else the form, and what is wrong or changed meanwhile."""
    status = 200
    if form.is_valid():
        try:
            saved = say()
        except FieldRefused as error:
            about = error.about if error.about in form.fields else None
            form.add_error(about, refusal_said(error))
        except ChangedMeanwhile as meanwhile:
            by, again = keeping.who_saved(context["one"]), {}
            if isinstance(form, forms.TypeForm):
                again["forecasts"] = forecast.of_all(context["count"])
            form, status = form.against(meanwhile, by=by, **again), 409
        else:
            return go(request, "field", saved.pk)
    status = 422 if form.errors else status
    context = {"verb": "Save", "form": form, "back_url": resolve_url(back), **context}
    return fragment(request, "leads/own_fields/form.html", context, status=status)


def _act(
    request: AuthenticatedRequest, pk: int, verb: Callable[..., CustomField], done: str
) -> HttpResponse:
    one = _field(pk)
    try:
        verb(one, request.user)
    except FieldRefused as error:
        return refused(request, "Nothing was changed", refusal_said(error), "field", pk)
    messages.success(request, done.format(one))
    return go(request, "field", pk)


def refusal_said(error: FieldRefused) -> Any:
    """Why not, with links to the criteria that ask for it."""
    if not isinstance(error, AskedFor):
        return str(error)
    link = '<a class="link" href="{}">{}</a>'
    links = format_html_join(", ", link, ((v.get_absolute_url(), v) for v in error.versions))
    return format_html("{} Change them first: {}.", str(error), links)

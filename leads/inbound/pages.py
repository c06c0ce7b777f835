"""The pages of inlets: which there are, what came in by each, and what its values are."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.web.answers import go, refused
from leadportal.web.posts import post_only
from leads import fields
from leads.inbound import deliveries, inlets, words
from leads.inbound.forms import InletForm, NewInletForm, ValuesForm
from leads.inbound.systems.catalogue import road
from leads.models import Delivery, DeliveryState, Inlet

FORM_METHODS = ["GET", "HEAD", "POST"]
# htmx stops polling when it is answered with this.
STOP_POLLING = 286
allowed = permission_required(Action.EDIT_INBOUND)


@require_safe
@allowed
def inlet_list(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "leads/inbound/inlets.html", {"inlets": list(inlets.counted())})


@require_http_methods(FORM_METHODS)
@allowed
def inlet_new(request: AuthenticatedRequest) -> HttpResponse:
    form = NewInletForm(request.POST or None)
    if form.is_valid():
        inlet = inlets.create(request.user, **form.cleaned_data)
        messages.success(request, f"“{inlet}” has its address.")
        return redirect(inlet)
    status = 422 if form.errors else 200
    return render(request, "leads/inbound/inlet_new.html", {"form": form}, status=status)


@require_safe
@allowed
def inlet_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """How to set the other side up, and the last that came; for htmx the list alone."""
    inlet, state = _inlet(pk), request.GET.get("state", "")
    if state not in deliveries.TO_LOOK_AT:
        state = ""
    found = deliveries.of(inlet, DeliveryState(state) if state else None)
    rows = list(found.select_related("lead__company")[: deliveries.SHOWN])
    context = {
        "inlet": inlet,
        "state": state,
        "lines": [words.line(row) for row in rows],
        # What is read again is in none of the states to look at until it was read.
        "is_waiting": any(map(words.is_soon, rows)) or (bool(state) and deliveries.are_read(inlet)),
        **deliveries.to_look_at(inlet),
    }
    if request.htmx:
        status = 200 if context["is_waiting"] else STOP_POLLING
        return render(request, "leads/inbound/partials/deliveries.html", context, status=status)
    context |= {
        "url": words.url(inlet),
        "steps": words.steps(inlet),
        "signs": road(inlet.system).signs_with,
        "api": road(inlet.system).api,
    }
    return render(request, "leads/inbound/inlet.html", context)


@require_http_methods(FORM_METHODS)
@allowed
def inlet_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    inlet = _inlet(pk)
    made: dict[str, Any] = {
        "system": inlet.system,
        "has_secret": bool(inlet.secret),
        "has_token": bool(inlet.access_token),
        "initial": inlets.values(inlet),
    }
    form, status = InletForm(request.POST or None, **made), 200
    if form.is_valid():
        try:
            inlets.change(inlet, request.user, read=form.read(), **form.wanted)
        except ChangedMeanwhile as meanwhile:
            form, status = form.against(meanwhile, by="Somebody", **made), 409
        else:
            messages.success(request, f"“{form.cleaned_data['name']}” is saved.")
            return redirect(inlet)
    status = 422 if form.errors else status
    context = {"form": form, "inlet": inlet}
    return render(request, "leads/inbound/inlet_edit.html", context, status=status)


@require_http_methods(FORM_METHODS)
@allowed
def inlet_values(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What each value is that came lately."""
    inlet, defined = _inlet(pk), fields.definitions()
    seen = inlets.seen(inlet)
    data = request.POST if request.method == "POST" else None
    form, status = ValuesForm(data, seen=seen, defined=defined), 200
    if form.is_valid():
        try:
            inlets.say_what_is(inlet, request.user, form.chosen, read=form.chosen_before)
        except ChangedMeanwhile as meanwhile:
            form, status = form.against_chosen(meanwhile, seen=seen, defined=defined), 409
        else:
            messages.success(request, "From now on it is read like that.")
            return redirect(inlet)
    status = 422 if form.errors else status
    context = {"form": form, "inlet": inlet}
    return render(request, "leads/inbound/values.html", context, status=status)


@post_only("inlet", "pk")
@allowed
def inlet_test(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    inlet = _inlet(pk)
    deliveries.send_test(inlet, request.user)
    messages.success(request, "A sample is on its way. It leaves no lead.")
    return go(request, inlet)


@post_only("inlet", "pk")
@allowed
def inlet_switch(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "yes"
    inlet = inlets.switch(_inlet(pk), request.user, on=on)
    what = "takes posts again" if on else "takes no posts any more"
    messages.success(request, f"“{inlet}” {what}.")
    return go(request, inlet)


@post_only("inlet", "pk")
@allowed
def inlet_again(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    inlet = _inlet(pk)
    if count := deliveries.replay_failed(inlet, request.user):
        are = "y is" if count == 1 else "ies are"
        messages.success(request, f"{count:,} deliver{are} tried again.")
    else:
        messages.info(request, "None is left to try: somebody did it before.")
    return go(request, inlet)


def _inlet(pk: int) -> Inlet:
    return get_object_or_404(Inlet.objects.select_related("integration", "form"), pk=pk)


# --- one delivery ------------------------------------------------------------------------------


@require_safe
@allowed
def delivery_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    delivery = _delivery(pk)
    context = {
        "delivery": delivery,
        "inlet": delivery.inlet,
        "line": words.line(delivery),
        "body": words.body(delivery),
        "problems": words.problems(delivery),
        "api": road(delivery.inlet.system).api,
        "is_unfetched": bool(delivery.asks_for) and not delivery.body and not delivery.is_forgotten,
    }
    return render(request, "leads/inbound/delivery.html", context)


@post_only("delivery", "pk")
@allowed
def delivery_replay(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, deliveries.replay, "It is tried again.")


@post_only("delivery", "pk")
@allowed
def delivery_let_in(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, deliveries.let_in, "It is let in.")


@post_only("delivery", "pk")
@allowed
def delivery_drop(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, deliveries.drop, "It is thrown away.")


def _act(
    request: AuthenticatedRequest, pk: int, verb: Callable[[Delivery, User], Delivery], done: str
) -> HttpResponse:
    delivery = _delivery(pk)
    try:
        verb(delivery, request.user)
    except deliveries.DeliveryRefused as error:
        return refused(request, "Nothing was done", str(error), delivery)
    messages.success(request, done)
    return go(request, delivery.inlet)


def _delivery(pk: int) -> Delivery:
    rows = Delivery.objects.select_related("inlet__form", "lead__company", "let_in_by")
    return get_object_or_404(rows, pk=pk)

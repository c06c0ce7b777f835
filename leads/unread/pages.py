"""The settings page of values that were not understood, and saying what one means."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import Integration
from accounts.policy import Action
from leadportal.web.answers import fragment, go, id_number, refused
from leadportal.web.posts import post_only
from leads.fields import definitions
from leads.unread import choices, listing, meanings, words
from leads.unread.forms import MeaningForm
from leads.unread.listing import Group

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@permission_required(Action.OPEN_SETTINGS)
def value_list(request: AuthenticatedRequest) -> HttpResponse:
    system = id_number(request.GET.get("system", ""))
    groups, defined = listing.not_understood(system), definitions()
    given = listing.read_by(listing.with_meaning())
    context = {
        "lines": words.lines(groups[: listing.SHOWN], defined),
        "has_more": len(groups) > listing.SHOWN,
        "given": words.lines(given, defined),
        "systems": Integration.objects.all(),
        "system": system,
        "may_say": policy.can(request.user, Action.GIVE_MEANINGS),
    }
    return render(request, "leads/unread/values.html", context)


@require_http_methods(FORM_METHODS)
@permission_required(Action.GIVE_MEANINGS)
def value_meaning(request: AuthenticatedRequest) -> HttpResponse:
    """Say what a value means; on a page of its own without a script."""
    group, defined = _asked_for(request.GET), definitions()
    asked = choices.asked(group.field, defined)
    meaning = group.meaning
    form = MeaningForm(asked, request.POST or None, now=meaning and meaning.now.get("is"))
    if form.is_valid():
        try:
            meanings.give(
                group,
                request.user,
                value=form.value,
                seen=_seen(request),
                defined=defined,
            )
        except meanings.MeaningRefused as error:
            form.add_error("means" if "means" in form.fields else None, str(error))
        except meanings.SaidMeanwhile as other:
            return _faster(request, group, other)
        else:
            messages.success(request, words.said(_again(group), defined))
            return go(request, "values")
    context = {
        "form": form,
        "group": group,
        "line": words.line(group, defined),
        "asked": asked,
        "edition": meaning.edition if meaning else 0,
        "drawer_title": "What it means",
    }
    status = 422 if form.errors else 200
    return fragment(request, "leads/unread/meaning.html", context, status=status)


@post_only("values")
@permission_required(Action.GIVE_MEANINGS)
def value_forget(request: AuthenticatedRequest) -> HttpResponse:
    """Take the meaning of a value away."""
    group = _asked_for(request.GET)
    try:
        gone = meanings.take_away(group, request.user, seen=_seen(request))
    except meanings.SaidMeanwhile as other:
        return _faster(request, group, other)
    if gone:
        messages.success(request, words.said(group, definitions(), gone=True))
    return go(request, "values")


def _asked_for(query: QueryDict) -> Group:
    system = id_number(query.get("system", ""))
    name, key = (query.get(part, "").replace("\0", "") for part in ("field", "value"))
    group = listing.group(system, name, key) if system else None
    if group is None:
        raise Http404("Nobody sent such a value.")
    return group


def _seen(request: AuthenticatedRequest) -> int:
    return id_number(request.POST.get("edition", "")) or 0


def _again(group: Group) -> Group:
    return listing.group(group.integration_id, group.field, group.key) or group


def _faster(
    request: AuthenticatedRequest, group: Group, other: meanings.SaidMeanwhile
) -> HttpResponse:
    meaning: Any = other.meaning
    means = choices.shown(meaning.now, group.field) if "is" in meaning.now else "not understood"
    text = f"{meaning.by or 'Somebody'} was faster: it is {means} now. Look, then say it again."
    return refused(request, "Nothing was changed", text, "values")

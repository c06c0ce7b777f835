"""What strangers see who come by their own link: no sign-in, no script, nothing kept by anybody.

And what our people note of what somebody said to them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zlib import crc32

from csp.constants import NONE, SELF
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import Portal
from accounts.policy import Action
from leadportal.db import clock
from leadportal.rest import rates
from leadportal.web.answers import fragment, go
from leadportal.web.posts import post_only
from leads.checks.reading import Refused
from leads.consent import has_objected
from leads.editing import editing
from leads.inbound.api import address_of
from leads.models import Lead
from leads.preferences import holding, links, preferences, words
from leads.preferences.forms import SaidForm
from leads.preferences.links import LinkBroken, Visit
from leads.preferences.words import Said

FORM_METHODS = ["GET", "HEAD", "POST"]
# A minute, of all who share a number made of where they come from: a person needs few, and who
# tries out links many. Mail programs post from few places for many people.
MOST, MOST_ONE_CLICKS = 60, 1_200
PLACES = 4_096

View = Callable[[HttpRequest, Visit], HttpResponse]


def by_link(most: int = MOST) -> Callable[[View], Callable[[HttpRequest, str], HttpResponse]]:
    """A view of somebody who came by a link; it acts for its holder, so no cookie has a say."""

    def decorate(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def visited(request: HttpRequest, token: str) -> HttpResponse:
            if later := _too_often(request, most):
                return _closed(_refused(request, "Too many at once", 429, later))
            try:
                visit = links.visit(token, clock.now())
            except LinkBroken:
                return _closed(_refused(request, "This link does not work", 404))
            return _closed(view(request, visit))

        return visited

    return decorate


def _too_often(request: HttpRequest, most: int) -> int:
    """Seconds until this place may come again; 0 while it may."""
    place = crc32(address_of(request).encode()) % PLACES
    may, rate = rates.rates.spend(f"preferences-{most}-{place}", most)
    return 0 if may or rate is None else rate.resets_in


def _refused(request: HttpRequest, title: str, status: int, later: int = 0) -> HttpResponse:
    context = {"title": title, "later": later}
    answer = render(request, "leads/preferences/refused.html", context, status=status)
    if later:
        answer.headers["Retry-After"] = str(later)
    return answer


def _closed(answer: HttpResponse) -> HttpResponse:
    """Nothing of it is kept, found, framed or told to where a link leads."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer._csp_replace = {"frame-ancestors": [NONE], "form-action": [SELF]}  # type: ignore[attr-defined]
    return answer


@require_http_methods(FORM_METHODS)
@by_link()
def preference_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What they agreed to, and what we hold; a post chooses anew."""
    if request.method == "POST":
        return _choose(request, visit)
    said = request.GET.get("said", "")
    return _page(request, visit, Said(said) if said in Said else None)


def _choose(request: HttpRequest, visit: Visit) -> HttpResponse:
    company = Portal.load().company_name
    texts = {one.purpose: words.text_of(one, company) for one in preferences.asked(visit.lead)}
    shown, agreed, before = map(request.POST.getlist, ("shown", "agree", "before"))
    try:
        changed = preferences.choose(visit, shown=shown, agreed=agreed, texts=texts, before=before)
    except preferences.TooOld:
        return _page(request, visit, Said.TOO_OLD, status=409)
    return _on(visit, Said.SAVED if changed else Said.NOTHING)


@post_only("preferences", "token")
@by_link(MOST_ONE_CLICKS)
def preferences_unsubscribe(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The button of the page; or one click in a mail program, which reads the status alone."""
    name, _, value = links.ONE_CLICK.partition("=")
    if request.POST.get(name) == value:
        preferences.end_mail(visit)
        return _page(request, visit, Said.NO_MAIL)
    preferences.unsubscribe(visit)
    return _on(visit, Said.UNSUBSCRIBED)


@post_only("preferences", "token")
@by_link()
def preferences_scoring(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Object to being scored, or take that back."""
    if request.POST.get("may") != "yes":
        preferences.object_to_scoring(visit)
        return _on(visit, Said.OBJECTED)
    try:
        preferences.allow_scoring(visit)
    except preferences.TooOld:
        return _page(request, visit, Said.TOO_OLD, status=409)
    return _on(visit, Said.SCORED)


def _on(visit: Visit, said: Said) -> HttpResponse:
    return redirect(f"{reverse('preferences', args=[visit.token])}?said={said}")


def _page(
    request: HttpRequest, visit: Visit, said: Said | None = None, status: int = 200
) -> HttpResponse:
    lead, company = visit.lead, Portal.load().company_name
    is_scored = not has_objected(lead)
    boxes = words.boxes(preferences.asked(lead), company)
    context: dict[str, Any] = {
        "visit": visit,
        "company": company,
        "said": said,
        "boxes": boxes,
        "may_choose": visit.is_fresh or any(box.agrees for box in boxes),
        "is_scored": is_scored,
        "what_for": words.what_for(company, is_scored=is_scored),
        "fresh_days": links.FRESH.days,
    }
    if visit.is_fresh:
        context |= {
            "facts": holding.facts(lead),
            "whence": holding.whence(lead),
            "deeds": holding.deeds(lead),
        }
    return render(request, "leads/preferences/preferences.html", context, status=status)


# --- what people say to us ---------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@permission_required(Action.OPEN_LEADS)
def lead_consent(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Note what somebody said, by phone or at a fair; it counts at once."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    if not editing.may_edit(request.user, lead):
        raise PermissionDenied(editing.ONLY_HOLDER)
    form = SaidForm(request.POST or None, lead=lead)
    if form.is_valid():
        try:
            editing.edit(lead, form.payload, request.user)
        except Refused as refused:
            form.add_error(None, " ".join(error.detail for error in refused.errors))
        else:
            messages.success(request, "Noted. It counts from now on.")
            return go(request, lead)
    context = {"lead": lead, "form": form, "drawer_title": "What they said"}
    status = 422 if form.errors else 200
    return fragment(request, "leads/preferences/said.html", context, status=status)

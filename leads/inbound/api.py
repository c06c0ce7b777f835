"""The door: whoever has the address of an inlet may post, and is answered at once."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from leadportal.db.sealed import CannotOpen, opened
from leadportal.rest import rates
from leads.inbound import deliveries
from leads.inbound.languages import wanted
from leads.inbound.systems.catalogue import road
from leads.models import DeliveryState, Inlet, System

# So long a browser asks no more whether scripts of a page may post here.
PREFLIGHT_SECONDS = 86_400


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def inlet_in(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what is posted; a GET answers the systems that ask first whether we are there, OPTIONS
    browsers, for scripts of any page: whoever has the address may post, without cookies of ours."""
    answer = _preflight() if request.method == "OPTIONS" else _answered(request, token)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _preflight() -> HttpResponse:
    """The same for every address; what is wrong with one the post itself is told."""
    return HttpResponse(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "*",
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        },
    )


def _answered(request: HttpRequest, token: str) -> HttpResponse:
    inlet = Inlet.objects.filter(token=token, is_on=True).select_related("form").first()
    if inlet is None:
        return _answer(404, error="There is no such address, or it is switched off.")
    if request.method != "POST":
        return _challenge(request, inlet)
    if refusal := too_often(inlet):
        return refusal
    kind = request.headers.get("Content-Type", "")
    delivery = deliveries.receive(
        inlet, request.body, kind, request.headers, address=address_of(request)
    )
    if delivery.state == DeliveryState.QUARANTINED:
        return _answer(401, id=delivery.pk, error=delivery.reason)
    if road(inlet.system).is_open and "text/html" in request.headers.get("Accept", ""):
        # A browser that a person looks at.
        return _thanks(request, inlet)
    return _answer(202, id=delivery.pk, state="received")


def _thanks(request: HttpRequest, inlet: Inlet) -> HttpResponse:
    """What a form made here says once it is sent; of another one just that it arrived."""
    if inlet.system != System.FORM:
        context = {"words": wanted(request.headers.get("Accept-Language", ""))}
        return render(request, "leads/inbound/thanks.html", context)
    return HttpResponseRedirect(inlet.form.redirect_url or f"{inlet.form.page}/thanks")


def _challenge(request: HttpRequest, inlet: Inlet) -> HttpResponse:
    asks = road(inlet.system).challenge
    try:
        answer = asks and asks(request.GET.dict(), inlet.token, opened(inlet.secret))
    except CannotOpen:
        answer = None
    if isinstance(answer, dict):
        return JsonResponse(answer)
    if answer:
        return HttpResponse(answer, content_type="text/plain; charset=utf-8")
    if asks and request.GET:
        return _answer(403, error="This does not know what is saved here.")
    return _answer(405, error="Post here; there is nothing to read.", headers={"Allow": "POST"})


def too_often(inlet: Inlet) -> HttpResponse | None:
    """A 429 for who posts more often than anybody does."""
    may, rate = rates.rates.spend(f"inlet-{inlet.pk}", settings.INBOUND_RATE_PER_MINUTE)
    if may or rate is None:
        return None
    later = {"Retry-After": str(rate.resets_in)}
    return _answer(429, error="Too many at once. Send it again later.", headers=later)


def address_of(request: HttpRequest) -> str:
    """Whence a request comes, past our own proxies; blank where nobody can say."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def _answer(
    status: int, *, headers: dict[str, str] | None = None, **said: str | int
) -> HttpResponse:
    return JsonResponse(said, status=status, headers=headers)

"""What every page needs of HTTP: who may open it, where to go next, and how long a visit lasts."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget
from django_htmx.middleware import HtmxDetails

GetResponse = Callable[[HttpRequest], HttpResponse]


class HtmxRequest(HttpRequest):
    """A request that has passed django-htmx's middleware."""

    htmx: HtmxDetails


# More than any id has; Python refuses to read numbers of some thousand digits.
MOST_DIGITS = 18


def id_number(text: str) -> int | None:
    """The number of a thing as an address or a form carries it; None for anything else."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def fragment(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A part of a page for htmx. Caches must not give it to a browser that wants the page."""
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def go(request: HtmxRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Redirect the whole browser, also when htmx asked for a part.

    Who is sent where they are stays there as they were, and to the page of a thing along the list
    that they walk.
    """
    if hasattr(to, "get_absolute_url"):
        url = page_of(request, to)
    else:
        url = _as_it_was(request, resolve_url(to, *args, **kwargs))
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def page_of(request: HttpRequest, thing: Any) -> str:
    """The page of a thing: as it was, for who is there, and along the list that one walks."""
    url: str = thing.get_absolute_url()
    as_it_was = _as_it_was(request, url)
    way = walked(request)
    return f"{url}?{way}" if as_it_was == url and way else as_it_was


def _as_it_was(request: HttpRequest, url: str) -> str:
    """The page that one is on, if it is this one: narrowed to what, along which list."""
    # Without its #place: to that alone a browser would scroll, and load nothing.
    here = urlsplit(came_from(request, ""))._replace(fragment="")
    return here.geturl() if here.path == url else url


def walked(request: HttpRequest) -> str:
    """The query string of the list that one walks along, `from=queue&sort=score`, or nothing.

    A page has it in its address; a form that is a page of its own, without a script, carries it.
    """
    queries = (request.GET.urlencode(), urlsplit(came_from(request, "")).query)
    return next((query for query in queries if "from" in parse_qs(query)), "")


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where the form or link wants to go next, if that is one of our own pages."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if url and ours else default


def came_from(request: HttpRequest, default: str = "/") -> str:
    """The page of ours that sent this request, as a browser tells it."""
    url = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return urlsplit(url)._replace(scheme="", netloc="").geturl() or default if ours else default


def said(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say what was done, on the next page. `undo` is the address that takes it back by a POST."""
    messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")


def refused(request: HttpRequest, title: str, text: str, to: Any, *args: Any) -> HttpResponse:
    """A 409 page: what was not done, why, and the page to go on from; for htmx in the drawer."""
    context = {"title": title, "drawer_title": title, "text": text, "url": resolve_url(to, *args)}
    if not getattr(request, "htmx", False):
        return render(request, "refused.html", context, status=409)
    response = fragment(request, "partials/drawer_refused.html", context, status=409)
    return reswap(retarget(response, "#drawer"), "innerHTML")

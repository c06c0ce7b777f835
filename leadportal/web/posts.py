"""Views that only write: opened as a link, they lead to the page that has their button."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]
METHODS = ["GET", "HEAD", "POST"]


def post_only(page: str, *kept: str) -> Callable[[View], View]:
    """`@post_only("lead", "pk")`: acts on a POST; a GET goes to the page `lead` with the same pk.

    Who signs in after such a post arrives with a GET, and so does who keeps its address. Nothing
    is looked up here: the page itself says who may open it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def posted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(page, **{name: kwargs[name] for name in kept})
            return view(request, *args, **kwargs)

        guarded = require_http_methods(METHODS)(posted)
        # Read by the test that opens all of them.
        guarded.post_only = page  # type: ignore[attr-defined]
        return guarded

    return decorate

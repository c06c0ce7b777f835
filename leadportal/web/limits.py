"""How much may be sent to a page: decided by its headers, before a byte is read or written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from leadportal.web.answers import GetResponse
from leadportal.web.sizes import MB, PAGE_MAX

# Around a file stand the other fields of its form.
BESIDE = MB

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Upload:
    """An address takes so many bytes from those who may send there."""

    most: int
    may: Callable[[Any], bool]


def takes_upload(most: int, may: Callable[[Any], bool]) -> Callable[[View], View]:
    """Mark a view: from a user of whom `may` is true it takes bodies of about `most` bytes."""

    def mark(view: View) -> View:
        view.upload = Upload(most, may)  # type: ignore[attr-defined]
        return view

    return mark


class BodyLimitMiddleware:
    """Stands where it is known who asks, above all that reads a body; /api has its own limits."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.refuse(request) or self.get_response(request)

    def refuse(self, request: HttpRequest) -> HttpResponse | None:
        if request.path_info.startswith("/api/"):
            return None
        if request.headers.get("Transfer-Encoding"):
            # In pieces nobody says how many are to come; browsers never send a form so.
            return _page(request, 411, "This form came without its length, so it was not read.")
        length = request.headers.get("Content-Length") or "0"
        if not length.isdecimal():
            return _page(request, 400, "The length of this form is not a number.")
        if int(length) <= PAGE_MAX:
            return None
        upload = _upload_of(request)
        if upload is None:
            return _too_large(request, PAGE_MAX)
        return _too_large(request, upload.most) if int(length) > upload.most + BESIDE else None


def _upload_of(request: HttpRequest) -> Upload | None:
    """What this address takes from this person; None where it is no more than from anybody."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    upload: Upload | None = getattr(view, "upload", None)
    user = request.user
    return upload if upload and user.is_authenticated and upload.may(user) else None


def _too_large(request: HttpRequest, most: int) -> HttpResponse:
    return _page(request, 413, f"At most {most // MB} MB fit here. Nothing of it was read.")


def _page(request: HttpRequest, status: int, text: str) -> HttpResponse:
    return render(request, "not_read.html", {"text": text}, status=status)

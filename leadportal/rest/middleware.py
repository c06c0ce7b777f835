"""The door of the API: what is too large or packed is refused unread, and errors are problems.

Behind it, what calls with a key goes straight to its view.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import resolve

from leadportal.rest import problems
from leadportal.web.answers import GetResponse
from leadportal.web.sizes import API, most_unasked

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
DETAILS = {
    400: "The request could not be understood.",
    403: "You may not do this.",
    405: "This address does not take that method.",
}


class ApiMiddleware:
    """For addresses below /api; pages pass."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API):
            return self.get_response(request)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            # Led on to https, whoever calls would go on sending their key in the clear.
            return problems.problem_response(
                403, "Call this address by https. A key that was sent by http should be replaced."
            )
        if refusal := self.refuse(request):
            return refusal
        response = self.as_problem(self.get_response(request))
        if rate := getattr(request, "rate", None):
            for name, value in rate.headers().items():
                response[name] = value
        return response

    def refuse(self, request: HttpRequest) -> HttpResponse | None:
        """By the headers alone, before a byte of the body is read."""
        if request.method not in WITH_BODY:
            return None
        if request.headers.get("Transfer-Encoding"):
            return problems.problem_response(411, "Send the length of the body: Content-Length.")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return problems.problem_response(415, "Send the body as it is, without compression.")
        limit = most_unasked(request.path_info)
        length = request.headers.get("Content-Length") or "0"
        if not length.isdecimal():
            return problems.problem_response(400, "Content-Length is not a number.")
        if int(length) > limit:
            return problems.problem_response(
                413, f"The body is too large: at most {limit // 1024} KB fit here."
            )
        return None

    def as_problem(self, response: HttpResponse) -> HttpResponse:
        """Errors that Django answered itself (no such address, bad host) in the API's words."""
        kind = response.get("Content-Type", "").partition(";")[0]
        if response.status_code < 400 or kind == problems.CONTENT_TYPE or settings.DEBUG:
            return response
        if response.status_code == 404:
            problem = problems.not_found()
        elif response.status_code == 503:
            problem = problems.unavailable()
        elif response.status_code >= 500:
            problem = problems.server_error()
        else:
            detail = DETAILS.get(response.status_code, response.reason_phrase)
            problem = problems.problem_response(response.status_code, detail)
        problem.cookies = response.cookies
        return problem


class KeyCallMiddleware:
    """Spares a call with a key what is below: who is signed in, their zone, words, forms.

    A call that comes with a cookie of a visit as well is a person's, and goes the long way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        by_key = request.path_info.startswith(API) and "Authorization" in request.headers
        if not by_key or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.get_response(request)
        match = resolve(request.path_info)
        if not hasattr(match.func, "cls"):  # no view of the API, which asks for the key itself
            return self.get_response(request)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        return response

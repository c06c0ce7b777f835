"""By which names we are called: probes by any, everybody else by ours."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from leadportal.web.answers import GetResponse

# A probe of a machine or a load balancer calls by the number of a container. Their answers hold
# nothing of anybody and no address.
PROBES = frozenset({"/healthz", "/readyz"})
A_NAME_OF_OURS = "localhost"


class ProbeMiddleware:
    """Answers probes whatever they call us."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBES:
            request.META["HTTP_HOST"] = A_NAME_OF_OURS
        return self.get_response(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refused; a page that asks nobody who it is, and repeats nothing that was sent."""
    context = {"is_wrong_host": isinstance(exception, DisallowedHost)}
    # Not by the request: what every page shows beside needs a name of ours.
    return HttpResponse(get_template("400.html").render(context), status=400)

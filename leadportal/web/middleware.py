"""What every page needs of HTTP: who may open it, where to go next, and how long a visit lasts."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from leadportal.web.answers import GetResponse


class NoStoreMiddleware:
    """Pages hold people's data: no cache keeps them, unless the view said otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

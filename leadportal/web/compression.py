"""Answers are sent compressed. Static files are not asked here: they were compressed once."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# What fits into one packet arrives no sooner when it is smaller.
LEAST_BYTES = 1_400


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages, their parts and lists of the API for whoever accepts gzip.

    The length of a compressed answer can give a secret away that stands beside text which an
    attacker chose, guess by guess (BREACH). Here the only secret in what a link can open together
    with such text is the CSRF token, and Django masks it anew in each answer; a new API key is
    shown in the answer to a POST that needs that token. Django also adds a random number of bytes.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        # Compressed, a record's tag would be a weak one, and If-Match accepts strong ones only.
        if response.has_header("ETag"):
            return response
        if isinstance(response, HttpResponse) and len(response.content) < LEAST_BYTES:
            return response
        return super().process_response(request, response)

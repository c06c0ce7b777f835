"""In which form an answer goes: negotiated with who is choosy, which hardly anybody is."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANYTHING = "*/*"


class UnlessAnything(DefaultContentNegotiation):
    """Who takes anything, as all do who say nothing of it, gets the first form there is."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        is_choosy = request.headers.get("Accept", ANYTHING) != ANYTHING
        if is_choosy or format_suffix or self.settings.URL_FORMAT_OVERRIDE in request.query_params:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(
                request, renderers, format_suffix
            )
            return chosen
        first = next(iter(renderers))
        return first, first.media_type

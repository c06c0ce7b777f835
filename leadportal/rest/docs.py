"""The API described: OpenAPI at /api/v1/schema, a page to read and try it at /api/v1/docs."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

# Body and headers by media type: the same until the next start, and a second's work to make.
_MADE: dict[str, tuple[bytes, dict[str, str]]] = {}


class Schema(SpectacularAPIView):
    """The description, made once for each form it is asked for in."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        media = request.accepted_renderer.media_type
        if media not in _MADE:
            described = super().get(request, *args, **kwargs)
            finished = self.finalize_response(request, described, *args, **kwargs)
            _MADE[media] = finished.render().content, dict(finished.items())
        body, headers = _MADE[media]
        answer = Response(headers=headers)
        answer.content = body
        return answer


# Nobody needs to say who they are to read how to call.
schema = Schema.as_view(authentication_classes=[])

# Swagger UI writes style attributes and draws its icons from data: addresses. No other page may.
docs = csp_update({"style-src": [SELF, "'unsafe-inline'"], "img-src": [SELF, "data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema", authentication_classes=[])
)

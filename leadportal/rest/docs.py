"""The API described: OpenAPI at /api/v1/schema, a page to read and try it at /api/v1/docs."""

from csp.constants import SELF
from csp.decorators import csp_update
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

# Nobody needs to say who they are to read how to call.
schema = SpectacularAPIView.as_view(authentication_classes=[])

# Swagger UI writes style attributes and draws its icons from data: addresses. No other page may.
docs = csp_update({"style-src": [SELF, "'unsafe-inline'"], "img-src": [SELF, "data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema", authentication_classes=[])
)

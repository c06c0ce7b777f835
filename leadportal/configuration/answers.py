"""What may be asked, how often and how large; what the API, its description and files answer."""

from pathlib import Path

from csp.constants import NONE, SELF

from leadportal.configuration.installation import BASE_DIR, DATA_DIR, DEBUG, env
from leadportal.local import variables

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Calls a minute of one API key, a batch being one call; 0 sets no limit.
API_RATE_PER_MINUTE = variables.whole_number("API_RATE_PER_MINUTE", 12_000, most=100_000_000)
# Posts a minute to one inlet; an address is no key, and many may know it.
INBOUND_RATE_PER_MINUTE = variables.whole_number("INBOUND_RATE_PER_MINUTE", 1_200, most=1_000_000)
# Where leads are asked for whose id alone was posted; no environment changes it.
META_API = "https://graph.facebook.com/v24.0"
LINKEDIN_API = "https://api.linkedin.com/rest"
# Private networks whose servers may be asked; for tests, which have their own.
MAY_CALL: list[str] = []
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.keys.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.keys.authentication.KeyRate"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["leadportal.rest.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "leadportal.rest.negotiation.UnlessAnything",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "ALLOWED_VERSIONS": ["1"],  # else the schema's answer carries whatever ?version= says
    # What a verb takes is told by the schema, and by no second way of asking.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "leadportal.rest.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LeadPortal",
    "DESCRIPTION": "Leads, events and handoffs, in and out.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
# The API's own middleware refuses larger bodies first, with a problem document.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "leadportal.storage.StaticStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

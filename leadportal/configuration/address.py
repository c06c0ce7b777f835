"""The address people and integrations ask at, and what browsers are told to keep to."""

from urllib.parse import urlsplit

from leadportal.configuration.installation import env
from leadportal.local import variables
from leadportal.local.variables import WrongSetting

PORT = variables.port()
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
try:
    _base = urlsplit(BASE_URL)
except ValueError:  # as of a bracket that is not closed
    _base = urlsplit("")
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise WrongSetting("BASE_URL must look like https://leads.example.com.")
if f"{_base.scheme}://{_base.netloc}" != BASE_URL or _base.username is not None:
    raise WrongSetting(
        "BASE_URL is a scheme, a host and a port, as https://leads.example.com: LeadPortal has a "
        "host of its own, and no path below another."
    )
HTTPS = _base.scheme == "https"
HOST = f"[{_base.hostname}]" if ":" in _base.hostname else _base.hostname
# Who sits at this machine asks by its own names.
ALLOWED_HOSTS = [
    *(HOST, *env.list("ALLOWED_HOSTS", default=[])),
    *("localhost", "127.0.0.1", "[::1]"),
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Plain http in a local network must still work; whatever can be stricter under https is.
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, past the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Browsers remember it for a year: for this host alone, unless who owns the domain asks for more.
HSTS = env.str("HSTS", default="") or "host"
if HSTS not in {"off", "host", "subdomains", "preload"}:
    raise WrongSetting("HSTS must be off, host, subdomains or preload.")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS and HSTS != "off" else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and HSTS in {"subdomains", "preload"}
SECURE_HSTS_PRELOAD = HTTPS and HSTS == "preload"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W005", "security.W021"]  # HSTS is chosen
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.pages.stale_form"
SESSION_COOKIE_AGE = 12 * 3600
ADMIN_IDLE_SECONDS = 30 * 60

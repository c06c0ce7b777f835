"""All settings, read from the environment; what is missing or wrong is said at the start.

Without DATABASE_URL the product runs on its own embedded servers and makes its own secrets in
DATA_DIR (embedded mode). With it (server mode) every secret must be given.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from leadportal import logs
from leadportal.db import guarded
from leadportal.local import folders, postgres, variables
from leadportal.local.variables import WrongSetting

env = environ.Env()

BASE_DIR = folders.BASE_DIR
DATA_DIR = folders.data_dir_from(os.environ)
EMBEDDED = "DATABASE_URL" not in os.environ
DEBUG = env.bool("DEBUG", default=False)
# An empty embedded database starts with a year of a made-up company, unless DEMO=0.
DEMO = env.bool("DEMO", default=EMBEDDED)
# Part of each API key, so that a test key is seen to be one.
LEADPORTAL_ENV = env.str("LEADPORTAL_ENV", default="live")
if LEADPORTAL_ENV not in {"live", "test"}:
    raise WrongSetting("LEADPORTAL_ENV must be live or test.")
# Which process this is: web, a management command by its name, or worker.
PROCESS = env.str("LEADPORTAL_PROCESS", default="worker")


def _secret(name: str) -> str:
    """A secret from the environment, or in embedded mode from a file made on first use."""
    if value := env.str(name, default=""):
        return value
    if not EMBEDDED:
        raise WrongSetting(f"{name} must be set when DATABASE_URL is: a long random text.")
    path = folders.make_private(folders.make_private(DATA_DIR) / "secrets") / name.lower()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = _secret("SECRET_KEY")
# Keys of before: sessions and sealed secrets of their time are still opened by them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Peppers the stored hashes of API keys: a stolen database alone opens nothing.
API_KEY_PEPPER = _secret("API_KEY_PEPPER")

# --- address -----------------------------------------------------------------------------------

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
_host = f"[{_base.hostname}]" if ":" in _base.hostname else _base.hostname
# Who sits at this machine asks by its own names.
ALLOWED_HOSTS = [
    *(_host, *env.list("ALLOWED_HOSTS", default=[])),
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

# --- application -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "leadportal.apps.LeadPortalConfig",
    "accounts",
    "funnel",
    "leads",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, for TemplatesSetting
    "whitenoise.runserver_nostatic",
    "leadportal.apps.CollectedFilesConfig",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "leadportal.logs.RequestLogMiddleware",
    "leadportal.web.hosts.ProbeMiddleware",
    "leadportal.rest.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below the static files, above all that writes or reads the body of a page.
    "leadportal.web.compression.CompressionMiddleware",
    "leadportal.web.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.VisitMiddleware",
    "accounts.middleware.ZoneMiddleware",
    # It is known who asks; from here on the body is read.
    "leadportal.web.limits.BodyLimitMiddleware",
    "accounts.middleware.SignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # The innermost: what it remembers is what a view did.
    "leadportal.web.once.OnceMiddleware",
]

ROOT_URLCONF = "leadportal.urls"
WSGI_APPLICATION = "leadportal.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.portal",
            ],
            "builtins": [
                "leadportal.look.tags",
                "leadportal.look.form_tags",
                "leadportal.look.page_tags",
                "funnel.templatetags.stages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # what a person sees is in the zone of the settings page

# --- database, caches --------------------------------------------------------------------------


def _named_by(name: str) -> dict[str, Any]:
    """The database that this variable of the environment names."""
    try:
        named: dict[str, Any] = env.db(name)
    except (ValueError, ImproperlyConfigured):
        named = {}
    if named.get("ENGINE") != "django.db.backends.postgresql":
        raise WrongSetting(f"{name} must name a PostgreSQL: postgres://…")
    # A socket's folder is written percent-encoded in place of the host, as in libpq's own URIs.
    return named | {"HOST": unquote(named["HOST"])}


# What makes and changes tables is their owner's work; all else is done as a role that owns nothing
# (leadportal/db/roles.py).
OWNERS_WORK = {"migrate", "makemigrations", "showmigrations", "sqlmigrate"} | {
    *("prepare", "seed_demo", "backup", "restore")
}
_owner: dict[str, Any]
if EMBEDDED:
    _owner = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(folders.run_dir(DATA_DIR)),
        "NAME": postgres.DATABASE,
        "USER": postgres.DATABASE,
    }
    _database = _owner | {"USER": postgres.APP_ROLE}
else:
    _database = _named_by("DATABASE_URL")
    _owner = _named_by("DATABASE_OWNER_URL") if env.str("DATABASE_OWNER_URL", "") else _database
# None where the tables are its own.
APP_ROLE = _database["USER"] if _database["USER"] != _owner["USER"] else None
APP_PASSWORD = _database.get("PASSWORD", "")
if PROCESS in OWNERS_WORK:
    _database = _owner

# A page gives up early; background work may take longer, migrations as long as they need.
_statement_seconds = {"web": 5, "migrate": 0, "prepare": 0, "restore": 0}.get(PROCESS, 60)
_in_force = {
    "statement_timeout": f"{_statement_seconds}s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s" if PROCESS == "web" else "60s",
    # What is prepared (leadportal/db/prepared.py) is to be planned once, and not for each value.
    "plan_cache_mode": "force_generic_plan",
}
# So long an answer of the database is waited for (leadportal/db/guarded.py): a little longer than
# the server itself lets a statement run, so that its own error comes first.
DATABASE_SECONDS = _statement_seconds + 0.5 if _statement_seconds else float("inf")
# A transaction pooler takes no options with a connection, and keeps no setting of one: there each
# transaction begins with them. A migration has its own connection to PostgreSQL.
POOLED = bool(_database.get("DISABLE_SERVER_SIDE_CURSORS"))
BEHIND_POOLER = (
    "".join(f"SET LOCAL {name} = '{value}'; " for name, value in _in_force.items())
    if POOLED and _statement_seconds
    else ""
)
_given = _database.get("OPTIONS", {})
_options = [_given.get("options", ""), *(f"-c {name}={value}" for name, value in _in_force.items())]
DATABASES = {
    "default": _database
    | {
        "OPTIONS": {
            "connect_timeout": 3,
            # A network that is lost says nothing: these ask, and notice (milliseconds the last).
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
        }
        | _given
        | ({} if POOLED else {"options": " ".join(_options).strip()})
        | {"connection_factory": guarded.Connection, "cursor_factory": guarded.Cursor},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TIME_ZONE": "UTC",
    },
}

REDIS_URL = env.str("REDIS_URL", default=f"unix://{folders.valkey_socket(DATA_DIR)}")
if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise WrongSetting("REDIS_URL must look like redis://redis.example.com:6379/0.")
# Kombu spells a unix socket its own way, and asks for no certificate unless told to.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
if REDIS_URL.startswith("rediss://") and "ssl_cert_reqs=" not in REDIS_URL:
    CELERY_BROKER_URL += f"{'&' if '?' in REDIS_URL else '?'}ssl_cert_reqs=required"

CACHES = {
    # Counters of second factors live here: they must not depend on the broker.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "hints": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "hints",
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    },
}

# --- people ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "accounts.passwords.PersonalWordsValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Who is sent to one of these has not done what they asked for yet.
SIGN_IN_PAGES = [
    "account_login",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
]
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an admin makes the accounts
# So nothing may depend on a verified address: accounts/models/people.py has the only one.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"  # signing up is closed
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.SignInForm",
    "reset_password": "accounts.sign_in.ForgottenForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.people.links.PasswordLinks"  # noqa: S105 - a name
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Signing criteria counts only from somebody who proved lately who they are.
RECENT_SIGN_IN_SECONDS = 15 * 60
MAIL_PREFIX = ACCOUNT_EMAIL_SUBJECT_PREFIX = "LeadPortal: "
# Passwords are counted by accounts/tries.py. What is left is about oneself: codes count for the
# account, as only who knows its password gets as far.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/300s/key",
    "reset_password": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
# Behind a proxy the throttle must count the visitor's address, not the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = variables.whole_number("TRUSTED_PROXIES", 0, most=100)
MFA_TOTP_ISSUER = "LeadPortal"
# A code holds 30 seconds; who types it in the last of them, or whose clock is a little off, is let
# in by the one beside it (RFC 6238, 5.2: one step at most).
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# --- answers -----------------------------------------------------------------------------------

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

# --- mail, logs --------------------------------------------------------------------------------

try:
    vars().update(env.email("EMAIL_URL", default="consolemail://"))
    # Whoever sends a mail writes a row; a worker sends it by this (accounts/mails).
    MAIL_SENDER = vars()["EMAIL_BACKEND"]
except (ValueError, KeyError, ImproperlyConfigured) as error:
    raise WrongSetting("EMAIL_URL must look like smtp+tls://user:password@host:587.") from error
EMAIL_BACKEND = "accounts.mails.backend.RowsBackend"
EMAIL_TIMEOUT = 10  # seconds, for each word of the mail server
MAIL_DOMAIN = _host
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"LeadPortal <leadportal@{_host}>"
)

LOGGING_CONFIG = "leadportal.logs.configure"
# A command speaks to the person who runs it by its own words.
_usual_level = "INFO" if PROCESS in {"web", "worker"} else "WARNING"
LOG_LEVEL = env.str("LOG_LEVEL", default="").upper() or _usual_level
if LOG_LEVEL not in logs.LEVELS:
    raise WrongSetting(f"LOG_LEVEL must be one of {', '.join(logs.LEVELS)}.")
LOGGING = logs.config(readable=DEBUG, level=LOG_LEVEL)

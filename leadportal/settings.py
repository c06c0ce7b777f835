"""All settings, read from the environment; what is missing or wrong is said at the start.

Without DATABASE_URL the product runs on its own embedded servers and makes its own secrets in
DATA_DIR (embedded mode). With it (server mode) every secret must be given.

Here are the apps, what a request goes through and how pages are made; what depends on the
installation, and on what the product promises, is in leadportal/configuration.
"""

from leadportal.configuration.address import *
from leadportal.configuration.answers import *
from leadportal.configuration.database import *
from leadportal.configuration.installation import *
from leadportal.configuration.installation import BASE_DIR
from leadportal.configuration.mail import *
from leadportal.configuration.people import *

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
    "leadportal.web.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below the static files, above all that writes or reads the body of a page.
    "leadportal.web.compression.CompressionMiddleware",
    "leadportal.web.middleware.NoStoreMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "leadportal.rest.middleware.KeyCallMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leadportal.web.middleware.LazyMessageMiddleware",
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

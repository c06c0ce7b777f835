"""The web process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadportal.settings")
os.environ.setdefault("LEADPORTAL_PROCESS", "web")

import django  # noqa: E402 - settings read the lines above
from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

django.setup()

from leadportal import static_files  # noqa: E402 - its storage wants the settings
from leadportal.local.variables import WrongSetting  # noqa: E402

try:
    # Before the middleware that serves them looks what there is.
    static_files.collect_if_ours(settings.STATIC_ROOT)
except OSError as error:
    raise WrongSetting(
        f"Static files cannot be collected in {settings.STATIC_ROOT}: {error.strerror}. "
        "Name a folder with STATIC_ROOT, or run manage.py collectstatic as somebody who may."
    ) from error

application = get_wsgi_application()
# All views now, not in the first request: the processes that gunicorn forks share them.
get_resolver().url_patterns  # noqa: B018 - a property that loads

"""The web process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadportal.settings")
os.environ.setdefault("LEADPORTAL_PROCESS", "web")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings read the lines above
from django.urls import get_resolver  # noqa: E402

application = get_wsgi_application()
# All views now, not in the first request: the processes that gunicorn forks share them.
get_resolver().url_patterns  # noqa: B018 - a property that loads

"""The web process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadportal.settings")
os.environ.setdefault("LEADPORTAL_PROCESS", "web")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings read the lines above

application = get_wsgi_application()

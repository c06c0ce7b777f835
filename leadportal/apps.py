from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

# Imported so that tasks find this Celery app in every process, the one that only sends included.
from leadportal.celery import app as celery_app  # noqa: F401


class LeadPortalConfig(AppConfig):
    name = "leadportal"
    verbose_name = "LeadPortal"


class CollectedFilesConfig(StaticFilesConfig):
    """Static files, without those no page of ours asks for."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "rest_framework",  # the API answers JSON only
        "django_htmx/ext/*",  # some import one another by names that hashing changes
        "htm[ax]*-4*",
    ]

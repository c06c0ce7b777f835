from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

# Imported so that tasks find this Celery app in every process, the one that only sends included.
from leadportal.celery import app as celery_app  # noqa: F401


class LeadPortalConfig(AppConfig):
    name = "leadportal"
    verbose_name = "LeadPortal"


class CollectedFilesConfig(StaticFilesConfig):
    """Static files, without htmx extensions that we do not use and that break when renamed."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*", "htm[ax]*-4*"]

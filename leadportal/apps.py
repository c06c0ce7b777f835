from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

from leadportal import celery, nudges
from leadportal.db import sweeps


class LeadPortalConfig(AppConfig):
    """Joins the apps: their sweeps become tasks in every process, also in one that only sends."""

    name = "leadportal"
    verbose_name = "LeadPortal"

    def ready(self) -> None:
        celery.gather_sweeps()
        sweeps.SENDERS.append(nudges.NudgeSender())


class CollectedFilesConfig(StaticFilesConfig):
    """Static files, without those no page of ours asks for."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "rest_framework",  # the API answers JSON only
        "django_htmx/ext/*",  # some import one another by names that hashing changes
        "htm[ax]*-4*",
    ]

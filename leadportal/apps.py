import sys
from typing import Any

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.management import CommandError
from django.db.models.signals import post_migrate

from leadportal import celery, nudges
from leadportal.db import roles, sweeps


class LeadPortalConfig(AppConfig):
    """Joins the apps: their sweeps become tasks in every process, also in one that only sends."""

    name = "leadportal"
    verbose_name = "LeadPortal"

    def ready(self) -> None:
        celery.gather_sweeps()
        sweeps.SENDERS.append(nudges.NudgeSender())
        sweeps.CALLERS.append(nudges.NudgeSender(always=True))
        post_migrate.connect(give_the_app_its_role, sender=self)


def give_the_app_its_role(*, using: str, plan: object = None, **_: Any) -> None:
    """After `migrate`, also where there was nothing to do. Emptying tables brings nothing new."""
    if plan is None:
        return
    try:
        for sentence in roles.give(using):
            sys.stderr.write(f"{sentence}\n")
    except roles.NoRole as error:
        raise CommandError(str(error)) from error


class CollectedFilesConfig(StaticFilesConfig):
    """Static files, without those no page of ours asks for."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "rest_framework",  # the API answers JSON only
        "django_htmx/ext/*",  # some import one another by names that hashing changes
        "htm[ax]*-4*",
    ]

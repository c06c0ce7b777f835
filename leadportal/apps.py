from django.apps import AppConfig

# Imported so that tasks find this Celery app in every process, the one that only sends included.
from leadportal.celery import app as celery_app  # noqa: F401


class LeadPortalConfig(AppConfig):
    name = "leadportal"
    verbose_name = "LeadPortal"

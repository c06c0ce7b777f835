from importlib import import_module

import structlog
from django.apps import AppConfig
from django.conf import settings

log = structlog.get_logger(__name__)


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People, roles and keys"

    def ready(self) -> None:
        # Hears what django-allauth signals. Not at the top: models may be imported only now.
        import_module("accounts.sign_in")
        mails = import_module("accounts.mails.mails")
        serves = settings.PROCESS in {"web", "worker"} and not settings.EMBEDDED
        if serves and mails.is_only_printed():
            log.warning("nobody gets a mail: set EMAIL_URL")

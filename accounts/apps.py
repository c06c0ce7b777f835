from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People, roles and keys"

    def ready(self) -> None:
        # Hears what django-allauth signals. Not at the top: models may be imported only now.
        import_module("accounts.sign_in")

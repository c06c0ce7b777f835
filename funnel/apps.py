from importlib import import_module

from django.apps import AppConfig


class FunnelConfig(AppConfig):
    name = "funnel"
    verbose_name = "The rulebook"

    def ready(self) -> None:
        # Not at the top: models may be imported only now.
        import_module("funnel.hooks")

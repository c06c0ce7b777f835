from importlib import import_module

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads and handoffs"

    def ready(self) -> None:
        # Not at the top: models may be imported only now.
        import_module("leads.hooks")

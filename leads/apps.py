from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads and handoffs"

    def ready(self) -> None:
        autodiscover_modules("wiring")

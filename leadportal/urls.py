"""Every address: people's pages by app, the API below /api/v1 without trailing slashes."""

from django.conf import settings
from django.urls import include, path

from leadportal import health
from leadportal.kit import kit
from leadportal.rest import docs

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/schema", docs.schema, name="schema"),
    path("api/v1/docs", docs.docs, name="docs"),
    # First those that are asked most: an address is sought in this order.
    path("", include("leads.urls")),
    path("", include("funnel.urls")),
    path("", include("accounts.urls")),
]

handler400 = "leadportal.web.hosts.bad_request"
handler403 = "accounts.pages.permission_denied"
handler404 = "accounts.pages.not_found"
handler500 = "accounts.pages.server_error"
handler429 = "accounts.pages.too_many_tries"  # django-allauth asks for it

if settings.DEBUG:
    urlpatterns += [path("kit", kit, name="kit")]

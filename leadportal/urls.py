"""Every address: people's pages by app, the API below /api/v1 without trailing slashes."""

from django.conf import settings
from django.urls import include, path

from leadportal import health
from leadportal.kit import kit

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include("leads.api.urls")),
    path("account/", include("accounts.sign_in_urls")),
    path("", include("accounts.urls")),
    path("", include("funnel.urls")),
    path("", include("leads.urls")),
]

handler403 = "accounts.views.errors.permission_denied"
handler429 = "accounts.views.errors.too_many_tries"  # django-allauth asks for it

if settings.DEBUG:
    urlpatterns += [path("kit", kit, name="kit")]

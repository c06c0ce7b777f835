from django.urls import path

from accounts.views import arrival, keys, settings

urlpatterns = [
    path("", arrival.home, name="home"),
    path("theme", arrival.theme, name="theme"),
    path("settings", settings.settings_page, name="settings"),
    path("settings/keys", keys.key_list, name="keys"),
    path("settings/keys/new", keys.key_new, name="key-new"),
    path("settings/keys/<int:pk>/delete", keys.key_delete, name="key-delete"),
]

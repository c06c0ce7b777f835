from allauth.account import views
from django.urls import include, path, re_path

from accounts import pages as accounts
from accounts.keys import pages as keys
from accounts.mails import pages as mails
from accounts.people import pages as people
from accounts.portal import pages as portal

# Of django-allauth's pages, the ones we have: nobody signs up or changes their own address.
sign_in_urls = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("mfa/", include("allauth.mfa.urls")),
]
urlpatterns = [
    path("account/", include(sign_in_urls)),
    path("", accounts.home, name="home"),
    path("theme", accounts.theme, name="theme"),
    path("settings", portal.settings_page, name="settings"),
    path("settings/people", people.people_list, name="people"),
    path("settings/people/new", people.person_new, name="person-new"),
    path("settings/people/<int:pk>", people.person_page, name="person"),
    path("settings/people/<int:pk>/deactivate", people.person_deactivate, name="person-deactivate"),
    path("settings/people/<int:pk>/activate", people.person_activate, name="person-activate"),
    path("settings/people/<int:pk>/reset-2fa", people.person_reset_2fa, name="person-reset-2fa"),
    path(
        "settings/people/<int:pk>/end-sessions",
        people.person_end_sessions,
        name="person-end-sessions",
    ),
    path("settings/people/<int:pk>/link", people.person_link, name="person-link"),
    path("settings/mail", mails.mail_page, name="mail"),
    path("settings/mail/test", mails.mail_test, name="mail-test"),
    path("settings/mail/test/progress", mails.mail_test_progress, name="mail-test-progress"),
    path("settings/mail/retry", mails.mail_retry, name="mail-retry"),
    path("settings/keys", keys.key_list, name="keys"),
    path("settings/keys/new", keys.key_new, name="key-new"),
    path("settings/keys/<int:pk>/strict", keys.key_strict, name="key-strict"),
    path("settings/keys/<int:pk>/delete", keys.key_delete, name="key-delete"),
]

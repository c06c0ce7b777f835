"""Who signs in, and how."""

from leadportal.local import variables

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "accounts.passwords.PersonalWordsValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Who is sent to one of these has not done what they asked for yet.
SIGN_IN_PAGES = [
    "account_login",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
]
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an admin makes the accounts
# So nothing may depend on a verified address: accounts/models/people.py has the only one.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"  # signing up is closed
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.SignInForm",
    "reset_password": "accounts.sign_in.ForgottenForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.people.links.PasswordLinks"  # noqa: S105 - a name
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Signing criteria counts only from somebody who proved lately who they are.
RECENT_SIGN_IN_SECONDS = 15 * 60
MAIL_PREFIX = ACCOUNT_EMAIL_SUBJECT_PREFIX = "LeadPortal: "
# Passwords are counted by accounts/tries.py. What is left is about oneself: codes count for the
# account, as only who knows its password gets as far.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/300s/key",
    "reset_password": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
# Behind a proxy the throttle must count the visitor's address, not the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = variables.whole_number("TRUSTED_PROXIES", 0, most=100)
MFA_TOTP_ISSUER = "LeadPortal"
# A code holds 30 seconds; who types it in the last of them, or whose clock is a little off, is let
# in by the one beside it (RFC 6238, 5.2: one step at most).
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

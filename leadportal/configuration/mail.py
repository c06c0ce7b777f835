"""Mail, and what is written to the logs."""

from django.core.exceptions import ImproperlyConfigured

from leadportal import logs
from leadportal.configuration.address import HOST
from leadportal.configuration.installation import DEBUG, PROCESS, env
from leadportal.local.variables import WrongSetting

try:
    vars().update(env.email("EMAIL_URL", default="consolemail://"))
    # Whoever sends a mail writes a row; a worker sends it by this (accounts/mails).
    MAIL_SENDER = vars()["EMAIL_BACKEND"]
except (ValueError, KeyError, ImproperlyConfigured) as error:
    raise WrongSetting("EMAIL_URL must look like smtp+tls://user:password@host:587.") from error
EMAIL_BACKEND = "accounts.mails.backend.RowsBackend"
EMAIL_TIMEOUT = 10  # seconds, for each word of the mail server
MAIL_DOMAIN = HOST
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"LeadPortal <leadportal@{HOST}>"
)

LOGGING_CONFIG = "leadportal.logs.configure"
# A command speaks to the person who runs it by its own words.
_usual_level = "INFO" if PROCESS in {"web", "worker"} else "WARNING"
LOG_LEVEL = env.str("LOG_LEVEL", default="").upper() or _usual_level
if LOG_LEVEL not in logs.LEVELS:
    raise WrongSetting(f"LOG_LEVEL must be one of {', '.join(logs.LEVELS)}.")
LOGGING = logs.config(readable=DEBUG, level=LOG_LEVEL)

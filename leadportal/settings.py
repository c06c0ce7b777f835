"""All settings, read from the environment; what is missing or wrong is said at the start.

Without DATABASE_URL the product runs on its own embedded servers and makes its own secrets in
DATA_DIR (embedded mode). With it (server mode) every secret must be given.
"""

from leadportal.configuration.address import *
from leadportal.configuration.answers import *
from leadportal.configuration.application import *
from leadportal.configuration.database import *
from leadportal.configuration.installation import *
from leadportal.configuration.mail import *
from leadportal.configuration.people import *

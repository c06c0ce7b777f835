"""The product's own settings, on servers and files that end with the run.

PostgreSQL and Valkey of each process live in a folder of its own, made here and removed by
tests/conftest.py, so any number of them work side by side.
"""

import os
import tempfile

from leadportal.local import postgres
from tests.shared import VARIABLE, is_one_of_several

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="leadportal-tests-")
if not is_one_of_several():
    os.environ[VARIABLE] = os.environ["DATA_DIR"]
for name in ("DATABASE_URL", "REDIS_URL", "BASE_URL", "DEBUG"):
    os.environ.pop(name, None)
os.environ |= {
    "LEADPORTAL_ENV": "test",
    "DEMO": "0",
    "EMAIL_URL": "memorymail://",
    "SECRET_KEY": "tests-only",
    "API_KEY_PEPPER": "tests-only",
    # Playwright keeps an event loop in this thread; the database is used from it all the same.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}

from leadportal.settings import *  # noqa: E402, F403 - the lines above decide what it reads

# Making, forging and emptying tables is the owner's work; the processes that a test starts work as
# the app (tests/processes.py), and so does a test that asks for it (tests/conftest.py).
DATABASES["default"]["USER"] = postgres.DATABASE  # noqa: F405

# A page test needs no collected files; the browser tests collect them for real.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
ALLOWED_HOSTS += ["testserver"]  # noqa: F405
STATIC_ROOT.mkdir(parents=True)  # noqa: F405

# Slow hashes are for people's passwords; these are thrown away.
PASSWORD_HASHERS = ["tests.hashers.QuickHasher"]

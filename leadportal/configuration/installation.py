"""Which installation this is, where its files lie, its secrets, and which process this is."""

import os
import secrets

import environ

from leadportal.local import folders
from leadportal.local.variables import WrongSetting

env = environ.Env()

BASE_DIR = folders.BASE_DIR
DATA_DIR = folders.data_dir_from(os.environ)
EMBEDDED = "DATABASE_URL" not in os.environ
DEBUG = env.bool("DEBUG", default=False)
# An empty embedded database starts with a year of a made-up company, unless DEMO=0.
DEMO = env.bool("DEMO", default=EMBEDDED)
# Part of each API key, so that a test key is seen to be one.
LEADPORTAL_ENV = env.str("LEADPORTAL_ENV", default="live")
if LEADPORTAL_ENV not in {"live", "test"}:
    raise WrongSetting("LEADPORTAL_ENV must be live or test.")
# Which process this is: web, a management command by its name, or worker.
PROCESS = env.str("LEADPORTAL_PROCESS", default="worker")


def _secret(name: str) -> str:
    """A secret from the environment, or in embedded mode from a file made on first use."""
    if value := env.str(name, default=""):
        return value
    if not EMBEDDED:
        raise WrongSetting(f"{name} must be set when DATABASE_URL is: a long random text.")
    path = folders.make_private(folders.make_private(DATA_DIR) / "secrets") / name.lower()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = _secret("SECRET_KEY")
# Keys of before: sessions and sealed secrets of their time are still opened by them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Peppers the stored hashes of API keys: a stolen database alone opens nothing.
API_KEY_PEPPER = _secret("API_KEY_PEPPER")

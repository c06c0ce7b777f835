"""The database, by whom and how long it is asked; Redis; caches."""

from typing import Any
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured

from leadportal.configuration.installation import DATA_DIR, EMBEDDED, PROCESS, env
from leadportal.db.backend import guarded
from leadportal.local import folders, postgres
from leadportal.local.variables import WrongSetting


def _named_by(name: str) -> dict[str, Any]:
    """The database that this variable of the environment names."""
    try:
        named: dict[str, Any] = env.db(name)
    except (ValueError, ImproperlyConfigured):
        named = {}
    if named.get("ENGINE") != "django.db.backends.postgresql":
        raise WrongSetting(f"{name} must name a PostgreSQL: postgres://…")
    # A socket's folder is written percent-encoded in place of the host, as in libpq's own URIs.
    return named | {"HOST": unquote(named["HOST"])}


# What makes and changes tables is their owner's work; all else is done as a role that owns nothing
# (leadportal/db/roles.py).
OWNERS_WORK = {"migrate", "makemigrations", "showmigrations", "sqlmigrate"} | {
    *("prepare", "seed_demo", "backup", "restore")
}
_owner: dict[str, Any]
if EMBEDDED:
    _owner = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(folders.run_dir(DATA_DIR)),
        "NAME": postgres.DATABASE,
        "USER": postgres.DATABASE,
    }
    _database = _owner | {"USER": postgres.APP_ROLE}
else:
    _database = _named_by("DATABASE_URL")
    _owner = _named_by("DATABASE_OWNER_URL") if env.str("DATABASE_OWNER_URL", "") else _database
# None where the tables are its own.
APP_ROLE = _database["USER"] if _database["USER"] != _owner["USER"] else None
APP_PASSWORD = _database.get("PASSWORD", "")
if PROCESS in OWNERS_WORK:
    _database = _owner

# A page gives up early; background work may take longer, migrations as long as they need.
_statement_seconds = {"web": 5, "migrate": 0, "prepare": 0, "restore": 0}.get(PROCESS, 60)
_in_force = {
    "statement_timeout": f"{_statement_seconds}s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s" if PROCESS == "web" else "60s",
    # What is prepared (leadportal/db/prepared.py) is to be planned once, and not for each value.
    "plan_cache_mode": "force_generic_plan",
}
# So long an answer of the database is waited for (leadportal/db/backend/guarded.py): a little
# longer than the server itself lets a statement run, so that its own error comes first.
DATABASE_SECONDS = _statement_seconds + 0.5 if _statement_seconds else float("inf")
# A transaction pooler takes no options with a connection, and keeps no setting of one: there each
# transaction begins with them. A migration has its own connection to PostgreSQL.
POOLED = bool(_database.get("DISABLE_SERVER_SIDE_CURSORS"))
BEHIND_POOLER = (
    "".join(f"SET LOCAL {name} = '{value}'; " for name, value in _in_force.items())
    if POOLED and _statement_seconds
    else ""
)
_given = _database.get("OPTIONS", {})
_options = [_given.get("options", ""), *(f"-c {name}={value}" for name, value in _in_force.items())]
DATABASES = {
    "default": _database
    | {
        "ENGINE": "leadportal.db.backend",
        "OPTIONS": {
            "connect_timeout": 3,
            # A network that is lost says nothing: these ask, and notice (milliseconds the last).
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
        }
        | _given
        | ({} if POOLED else {"options": " ".join(_options).strip()})
        | {"connection_factory": guarded.Connection, "cursor_factory": guarded.Cursor},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TIME_ZONE": "UTC",
    },
}

REDIS_URL = env.str("REDIS_URL", default=f"unix://{folders.valkey_socket(DATA_DIR)}")
if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise WrongSetting("REDIS_URL must look like redis://redis.example.com:6379/0.")
# Kombu spells a unix socket its own way, and asks for no certificate unless told to.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
if REDIS_URL.startswith("rediss://") and "ssl_cert_reqs=" not in REDIS_URL:
    CELERY_BROKER_URL += f"{'&' if '?' in REDIS_URL else '?'}ssl_cert_reqs=required"

CACHES = {
    # Counters of second factors live here: they must not depend on the broker.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "hints": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "hints",
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    },
}

"""One connection of Django, kept from request to request."""

import select
import time

from django.db.backends.postgresql import base

from leadportal.db.backend.guarded import IDLE, Connection

# An answer this young, in seconds, tells that the connection works; unless the server hung up
# since, which is seen without asking it.
FRESH = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the connection works. Asked once a request (CONN_HEALTH_CHECKS)."""
        raw = self.connection
        if raw is not None and time.monotonic() < raw.answered + FRESH and _is_quiet(raw):
            return True
        return super().is_usable()


def _is_quiet(raw: Connection) -> bool:
    """Open, in no transaction, and nothing came that nobody asked for, as when the server goes."""
    if raw.closed or raw.info.transaction_status != IDLE:
        return False
    looked_at = select.poll()
    looked_at.register(raw.fileno(), select.POLLIN)
    return not looked_at.poll(0)

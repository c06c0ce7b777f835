"""One connection of Django, kept from request to request."""

import select
import time

from django.db.backends.postgresql import base

from leadportal.db.guarded import Connection

# An answer this young, in seconds, tells that the connection works; unless the server hung up
# since, which is seen without asking it.
FRESH = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the connection works. Asked once a request (CONN_HEALTH_CHECKS)."""
        raw = self.connection
        if raw is not None and time.monotonic() < raw.answered + FRESH and not _has_word(raw):
            return True
        return super().is_usable()


def _has_word(raw: Connection) -> bool:
    """Whether something came that nobody asked for: that the server went, as a rule."""
    if raw.closed:
        return True
    looked_at = select.poll()
    looked_at.register(raw.fileno(), select.POLLIN)
    return bool(looked_at.poll(0))

"""How often a key may call: so many times a minute, counted for all web processes together.

A process takes its calls from the shared count in small portions, so that few requests ask for
it. The count is a hint in the cache: while that is down, everybody may call.
"""

import threading
import time
from dataclasses import dataclass

from django.core.cache import caches
from django.http import HttpRequest
from redis.exceptions import RedisError

WINDOW = 60
# Of a key's calls a process takes this share at a time.
PORTIONS = 100
# After a failure the cache is left alone this long.
BREAKER_SECONDS = 5


@dataclass
class Rate:
    """What one key may still do in the running window, as far as this process knows."""

    window: int
    limit: int
    # Calls in hand, and those nobody has taken yet.
    left: int = 0
    untaken: int = 0

    @property
    def resets_in(self) -> int:
        """Seconds, never 0."""
        return max(1, (self.window + 1) * WINDOW - int(time.time()))

    def headers(self) -> dict[str, str]:
        """As in the IETF's draft-ietf-httpapi-ratelimit-headers."""
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW}',
            "RateLimit": f'"key";r={self.left + self.untaken};t={self.resets_in}',
        }


class RatedRequest(HttpRequest):
    """A request whose key was counted; no rate while nobody can count."""

    rate: Rate | None


class Rates:
    """The rates of one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.by_key: dict[int | str, Rate] = {}
        self.asleep_until = 0.0

    def spend(self, key_id: int | str, limit: int) -> tuple[bool, Rate | None]:
        """Whether the key may call now, and its rate; no rate while nobody can count.

        `limit` is how many times a minute.
        """
        with self.lock:
            window = int(time.time()) // WINDOW
            rate = self.by_key.get(key_id)
            if rate is None or (rate.window, rate.limit) != (window, limit):
                rate = self.by_key[key_id] = Rate(window, limit, untaken=limit)
            if not rate.left and rate.untaken and not self._take(key_id, rate):
                return True, None
            if not rate.left:
                return False, rate
            rate.left -= 1
            return True, rate

    def _take(self, key_id: int | str, rate: Rate) -> bool:
        """Take a portion of the shared count; False when that does not answer."""
        if time.monotonic() < self.asleep_until:
            return False
        portion = max(1, rate.limit // PORTIONS)
        name = f"rate:{key_id}:{rate.window}"
        try:
            caches["hints"].add(name, 0, timeout=2 * WINDOW)
            taken = caches["hints"].incr(name, portion)
        except (RedisError, ValueError):
            self.asleep_until = time.monotonic() + BREAKER_SECONDS
            return False
        rate.left = max(0, min(portion, rate.limit - (taken - portion)))
        rate.untaken = max(0, rate.limit - taken)
        return True


rates = Rates()

"""Small tables that people keep and every request needs: read once in a while, and held."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")
# What another process saved holds here within as many seconds.
READ_EVERY = 5.0


class Held(Generic[T]):
    """What a small table says, as this process read it last.

    `read` asks the database; `renew` is called where that is something else than before.
    """

    def __init__(self, read: Callable[[], T], empty: T, renew: Callable[[], object] | None = None):
        self._read, self._empty, self._renew = read, empty, renew
        self.value = empty
        self._holds_until = float("-inf")

    def now(self) -> T:
        if time.monotonic() >= self._holds_until:
            self.remember(self._read())
        return self.value

    def remember(self, value: T, *, for_long: bool = False) -> None:
        """Hold to this: for some seconds, or until told otherwise."""
        self._holds_until = float("inf") if for_long else time.monotonic() + READ_EVERY
        if value != self.value:
            self.value = value
            if self._renew:
                self._renew()

    def forget(self) -> None:
        """Read it anew, when next asked."""
        self._holds_until = float("-inf")

    @contextmanager
    def unasked(self) -> Iterator[None]:
        """As if nothing was ever said, as in a migration that comes before the table."""
        self.remember(self._empty, for_long=True)
        try:
            yield
        finally:
            self.forget()

"""A long read by two connections at once, where PostgreSQL would not give it a second worker."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import OperationalError, connection

Row = TypeVar("Row")
# Below so many, the second connection takes longer to open than to read its half.
WORTH = 1_000


def read(ask: Callable[[Sequence[int]], list[Row]], ids: Sequence[int]) -> list[Row]:
    """The rows that `ask` finds of all ids, in their order: the later half by a second connection.

    The halves do not see the same moment. Within a transaction its own connection reads all: no
    other one sees what it wrote; and where no second one is to be had. What `ask` raises is raised.
    """
    if connection.in_atomic_block or len(ids) < WORTH:
        return ask(ids)
    middle = len(ids) // 2
    with ThreadPoolExecutor(1, thread_name_prefix="half") as pool:
        begun = pool.submit(_apart, ask, ids[middle:])
        rows = ask(ids[:middle])
        later = begun.result()
    return rows + (ask(ids[middle:]) if later is None else later)


def _apart(ask: Callable[[Sequence[int]], list[Row]], ids: Sequence[int]) -> list[Row] | None:
    """None where the server takes no further connection."""
    try:
        try:
            connection.ensure_connection()
        except OperationalError:
            return None
        return ask(ids)
    finally:
        connection.close()

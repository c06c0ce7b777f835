"""A question to the database: one statement, so it sees one moment, also while people work.

It returns (table, id, what is wrong) and never anything about a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadportal.db.pieces import Sql

Ask = Callable[[], Iterator[Sql]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """`number` is that of DESIGN 7; `ask` gives the statements, none where nothing can be asked."""

    number: int
    name: str
    says: str
    ask: Ask


class Topic(list[Invariant]):
    """The invariants of one module; as a decorator it adds one."""

    def __call__(self, number: int, says: str) -> Callable[[Ask], Ask]:
        def add(ask: Ask) -> Ask:
            self.append(Invariant(number, ask.__name__, says, ask))
            return ask

        return add

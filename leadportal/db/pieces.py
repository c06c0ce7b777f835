"""SQL text that carries its parameters along, so that no value is ever formatted into it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with `%s` places and the values for them, in order."""

    text: str
    params: tuple[Any, ...] = ()

    def __hash__(self) -> int:
        # Parameters may be lists; equal ones print equally.
        return hash((self.text, repr(self.params)))

    def __mod__(self, parts: "tuple[Sql, ...] | Sql") -> "Sql":
        """Fill each `{}` with a piece of SQL, keeping the order of all parameters.

        Only pieces go in this way; the template itself has no parameters of its own.
        """
        parts = parts if isinstance(parts, tuple) else (parts,)
        return Sql(
            self.text.format(*(part.text for part in parts)),
            tuple(value for part in parts for value in part.params),
        )

    @classmethod
    def join(cls, separator: str, parts: "Iterable[Sql]") -> "Sql":
        parts = tuple(parts)
        return cls(
            separator.join(part.text for part in parts),
            tuple(value for part in parts for value in part.params),
        )

    def named(self, alias: str) -> "Sql":
        return Sql(f"{self.text} AS {alias}", self.params)


def filled(template: str, pieces: Mapping[str, Sql]) -> Sql:
    """The template with its named places filled, the parameters in the order of the places."""
    names = re.findall(r"{(\w+)}", template)
    return Sql(re.sub(r"{\w+}", "{}", template)) % tuple(pieces[name] for name in names)


def param(value: Any, cast: str = "") -> Sql:
    return Sql(f"%s::{cast}" if cast else "%s", (value,))

"""Two people change one thing: what each changed is written, and nobody writes over the other."""

from collections.abc import Iterable, Mapping
from typing import Any


class ChangedMeanwhile(Exception):
    """Somebody else saved something else for these; nothing was written."""

    def __init__(self, names: Iterable[str], now: Mapping[str, Any]) -> None:
        self.names = tuple(names)
        # What is saved, of all that was asked to change.
        self.now = dict(now)
        super().__init__(f"{', '.join(self.names)} changed meanwhile")


def really_new(
    now: Mapping[str, Any], wanted: Mapping[str, Any], read: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What of `wanted` a person changed and is not so already.

    `now` is what is saved, held until it is written; `read` what the person saw, as JSON has it:
    what they left as they saw it is not theirs to write. Raises ChangedMeanwhile where they would
    write over what somebody else saved since. Without `read`, what is saved is what they saw.
    """
    seen = {**now, **(read or {})}
    changed = {name: value for name, value in wanted.items() if value != seen[name]}
    new = {name: value for name, value in changed.items() if value != now[name]}
    if lost := [name for name in new if now[name] != seen[name]]:
        raise ChangedMeanwhile(lost, {name: now[name] for name in wanted})
    return new

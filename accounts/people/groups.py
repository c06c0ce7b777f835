"""What of the packages above a person belongs to, such as sales queues. They hang it in here."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Groups:
    """One kind of groups. `name` is that of the form's field, `option` that of the command's."""

    name: str
    option: str
    label: str
    help_text: str
    # All there are: id and name, in their order.
    choices: Callable[[], list[tuple[int, str]]]
    # By the id of each of these people: the ids of their groups.
    of: Callable[[Iterable[int]], dict[int, list[int]]]
    # Make a person a member of these and of no others; the last argument is who asked.
    put: Callable[[User, Collection[int], User | None], None]
    # Where somebody new with these roles belongs, when nothing else was said.
    of_new: Callable[[Collection[str]], list[int]]


GROUPS: list[Groups] = []

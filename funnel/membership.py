"""Which sales queues a person works, as admins keep it with the rest of an account."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from accounts import policy
from accounts.models import User
from accounts.people.groups import Groups
from accounts.policy import Action
from accounts.roles import Role
from funnel.models import Queue, QueueMember


def queues_of(people: Iterable[int]) -> dict[int, list[int]]:
    """The ids of the queues of each of these people."""
    found: dict[int, list[int]] = defaultdict(list)
    members = QueueMember.objects.filter(user__in=list(people)).order_by("queue__name")
    for person, queue in members.values_list("user_id", "queue_id"):
        found[person].append(queue)
    return found


def put_into(person: User, queues: Collection[int], by: User | None) -> None:
    """Let a person work these queues and no others; claims stay with them. Raises NotAllowed."""
    policy.require(by, Action.EDIT_PEOPLE)
    QueueMember.objects.filter(user=person).exclude(queue__in=queues).delete()
    rows = [QueueMember(queue_id=queue, user=person) for queue in queues]
    QueueMember.objects.bulk_create(rows, ignore_conflicts=True)


def queues_of_new(roles: Collection[str]) -> list[int]:
    """The default queue for a rep."""
    return [Queue.default().pk] if Role.SALES in roles else []


def all_queues() -> list[tuple[int, str]]:
    return list(Queue.objects.values_list("pk", "name"))


QUEUES = Groups(
    name="queues",
    option="queue",
    label="Queues",
    help_text="Whose leads a rep may claim. A new rep without one works the default queue.",
    choices=all_queues,
    of=queues_of,
    put=put_into,
    of_new=queues_of_new,
)

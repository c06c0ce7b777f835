from funnel.models.criteria import CriteriaVersion, Refusal, Signature, VersionState
from funnel.models.routing import Queue, QueueMember
from funnel.models.verdicts import Reason

__all__ = [
    "CriteriaVersion",
    "Queue",
    "QueueMember",
    "Reason",
    "Refusal",
    "Signature",
    "VersionState",
]

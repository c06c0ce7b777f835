from funnel.models.criteria import CriteriaVersion, Signature, VersionState
from funnel.models.routing import Queue, QueueMember
from funnel.models.verdicts import Reason

__all__ = ["CriteriaVersion", "Queue", "QueueMember", "Reason", "Signature", "VersionState"]

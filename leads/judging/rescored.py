"""What a version does to the leads that another one judged: written down batch by batch.

Rows are only added, so batches that commit at the same time never wait for one another, and a
batch that is lost takes its row along.
"""

from collections.abc import Mapping

from leads.judging.basis import Basis
from leads.models.impact import Rescored


def note(rejudged: int, moves: Mapping[str, int], basis: Basis) -> None:
    """So many leads of the batch have a new judge; of those that moved, how many by "from>to"."""
    if rejudged:
        Rescored.objects.create(version=basis.version, at=basis.at, judged=rejudged, moves=moves)

"""What a version does to the leads that another one judged: written down batch by batch.

Rows are only added, so batches that commit at the same time never wait for one another, and a
batch that is lost takes its row along.
"""

from collections import Counter
from collections.abc import Sequence

from leads.judging.basis import Basis
from leads.judging.scoring import Departure
from leads.models.impact import ARROW, Rescored


def note(rejudged: int, departures: Sequence[Departure], basis: Basis) -> None:
    """So many leads of the batch have a new judge; of those that moved, count them."""
    moves = Counter(f"{one.stage}{ARROW}{one.target}" for one in departures if one.is_rejudged)
    Rescored.objects.create(version=basis.version, at=basis.at, judged=rejudged, moves=moves)

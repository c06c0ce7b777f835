"""What a version does to the leads that another one judged: written down batch by batch.

Rows are only added, so batches that commit at the same time never wait for one another, and a
batch that is lost takes its row along.
"""

from collections import Counter
from collections.abc import Sequence

from leads.models.impact import ARROW, Rescored
from leads.qualification.bench import Bench
from leads.qualification.scoring import Mover


def note(rejudged: int, movers: Sequence[Mover], bench: Bench) -> None:
    """So many leads of the batch have a new judge; of the movers, count those."""
    moves = Counter(f"{one.stage}{ARROW}{one.target}" for one in movers if one.is_rejudged)
    Rescored.objects.create(version=bench.version, at=bench.at, judged=rejudged, moves=moves)

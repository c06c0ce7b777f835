"""What each rep did with the handoffs of a period."""

from dataclasses import dataclass
from datetime import datetime

from leads.metrics.answers.statements import Numbers, fetch_answers, numbers, selecting
from leads.metrics.catalogue import COUNTS, GIVING_BACK, LATE_TOUCH, MEDIANS
from leads.metrics.periods import Period


@dataclass(frozen=True, slots=True)
class Rep:
    id: int
    name: str
    numbers: Numbers
    # Claimed now, past the time promised for the first touch, and since when the oldest.
    late: int
    late_since: datetime | None
    # How many times today they put a lead back into its queue.
    given_back: int = 0


_REPS = (
    selecting(
        """
WITH counted AS (
    SELECT h.claimed_by_id AS id, METRICS
    FROM leads_handoff h
    WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s AND h.claimed_by_id IS NOT NULL
    GROUP BY h.claimed_by_id
), lately AS (
    SELECT h.claimed_by_id AS id, count(*) AS late, min(h.claimed_at) AS late_since
    FROM leads_handoff h
    WHERE LATE_TOUCH
    GROUP BY h.claimed_by_id
), given AS (
    SELECT s.person_id AS id, count(*) AS given_back
    FROM leads_stagechange s WHERE GIVING_BACK GROUP BY s.person_id
)
SELECT rep.id AS rep, rep.name, rep.email, counted.*,
       coalesce(lately.late, 0) AS late, lately.late_since,
       coalesce(given.given_back, 0) AS given_back
FROM accounts_user rep
LEFT JOIN counted ON counted.id = rep.id
LEFT JOIN lately ON lately.id = rep.id
LEFT JOIN given ON given.id = rep.id
WHERE counted.id IS NOT NULL OR lately.id IS NOT NULL
   OR rep.is_active AND 'sales' = ANY(rep.roles)
ORDER BY rep.name, rep.id
""",
        *COUNTS,
        *MEDIANS,
    )
    .replace("LATE_TOUCH", LATE_TOUCH.where)
    .replace("GIVING_BACK", GIVING_BACK)
)


def reps(period: Period) -> list[Rep]:
    """Everybody who sells or who claimed something in the period, by name: no league table."""
    return [
        Rep(
            row["rep"],
            row["name"] or row["email"],
            Numbers() if row["claimed"] is None else numbers(row),
            row["late"],
            row["late_since"],
            row["given_back"],
        )
        for row in fetch_answers(
            _REPS,
            at=period.ends,
            starts=period.starts,
            ends=period.ends,
            today=period.midnight,
        )
    ]

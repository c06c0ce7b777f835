"""The catalogue, asked: each function is one set-based query over the whole record.

Plans (200 k leads, 4 indexes of the models): handoffs of a period by `handoff_newest`, the open
ones by `handoff_open_by_deadline`, the cohort's moves by `stage_change_into` (nobody reaches a
stage before they are created, so the ledger is read from the period's first day on), the cohort
itself by `lead_newest`. Names are joined to the grouped rows, never to the many.
"""

from leads.metrics.answers.asking import Numbers
from leads.metrics.answers.cohort import Cohort, Cohorts, cohorts, created_before
from leads.metrics.answers.handoffs import Waiting, by_version, by_week, overall, waiting
from leads.metrics.answers.reps import Rep, reps
from leads.metrics.answers.standing import standing
from leads.metrics.answers.verdicts import Reasons, Verdicts, reasons, verdicts

__all__ = [
    "Cohort",
    "Cohorts",
    "Numbers",
    "Reasons",
    "Rep",
    "Verdicts",
    "Waiting",
    "by_version",
    "by_week",
    "cohorts",
    "created_before",
    "overall",
    "reasons",
    "reps",
    "standing",
    "verdicts",
    "waiting",
]

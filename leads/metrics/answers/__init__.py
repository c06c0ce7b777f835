"""The catalogue, asked: each function is one set-based query over the whole record.

Plans (200 k leads, 4 indexes of the models): handoffs of a period by `handoff_newest`, the open
ones by `handoff_open_by_deadline`, the cohort's moves by `stage_change_into` (nobody reaches a
stage before they are created, so the ledger is read from the period's first day on), the cohort
itself by `lead_newest`. Names are joined to the grouped rows, never to the many.
"""

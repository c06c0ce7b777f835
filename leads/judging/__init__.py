"""Judging leads by the live criteria, in batches, as it falls due.

due: the one drain loop · taking: who is due, and why · hearing: what news means for whom ·
judgement: judge and qualify · basis: what a batch is judged by · scoring: the statement that
judges · moving: its half that moves, with ledger and handoffs · rescored: what a version moved ·
history: a score from day to day · suspects: who may have made a batch fail · parked: who could not
be judged · objected: who is not scored, as they said no to it.
"""

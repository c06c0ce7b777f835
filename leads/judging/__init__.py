"""Judging leads by the live criteria, in batches, as it falls due.

due: the one drain loop · judgement: judge and qualify · basis: what a batch is judged by ·
scoring: the statement that scores · moving: what a move means for ledger and handoffs ·
rescored: what a version moved · history: a score from day to day.
"""

"""The people one meets first: those who wait now, and what the day brought so far.

everybody: all of them · waiting, colleagues, today: who they are · story: how one is told.
"""

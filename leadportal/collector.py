"""Python's collector of cycles, kept from what stays.

It would walk the hundred thousands of objects that code, settings and addresses are made of again
and again, in the middle of an answer: 40 ms each time. Walking also writes into each of them, so
that processes forked from one another would soon share no page of memory.
"""

import gc

# So many new objects until the young ones are looked through: a page or list makes thousands, and
# nearly all are freed without the collector's help.
YOUNG = 20_000
# So often the young, and then the older, until the next older ones are looked through.
OLDER, OLDEST = 20, 20


def settle() -> None:
    """Call when all that stays is loaded, before forking: it is never walked again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDEST)

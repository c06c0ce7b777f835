"""The queue: what waits to be claimed, and what is new.

queue: the list as one person sees it · rows: how each is laid out · words: how a preview reads.
"""

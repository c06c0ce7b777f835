"""The queue: what waits to be claimed, and what is new.

queue: the list as one person sees it · words: how a row reads.
"""

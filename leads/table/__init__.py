"""The table of leads: found by words, narrowed by sentences, ordered, a page at a time.

rows: how each is laid out.
"""

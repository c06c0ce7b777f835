"""Leads that wait with marketing until a day, or until something happens, and come back.

nurture: the verbs, and the sweep that brings them back · listing: who waits and who came back,
narrowed and counted · words: what the page says of them.
"""

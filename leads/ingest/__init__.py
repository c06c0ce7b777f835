"""Leads and events coming in: each person once, each event once.

leads, events: the two verbs · records: a lead while it is written · identity: who is meant ·
companies: whom they work for · origins: sources and campaigns by name · decision: what the
criteria make of it at once · results, answers: what became of each item.
"""

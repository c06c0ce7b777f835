"""Leads and events coming in: each person once, each event once.

leads, events: the two verbs · reading: what of an item may be taken · identity: who is meant ·
finding: those we know, locked and read · records: a lead while it is written · taking: one item
applied to it · speaking: who says it · companies: whom they work for · origins: sources and
campaigns by name · whence: where somebody came from first, and last ·
consents: what they agree to, and events that withdraw it · unread: what was not
understood, kept as it came · decision: what the criteria make of it at once · results, answers:
what became of each item.
"""

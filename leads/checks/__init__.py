"""What may come in: one table of checks per thing, read by ingest and by the API's description.

values: one value · spellings: how else it is written · reading: one object by a table · leads,
events, handoffs, duplicates: the tables · amounts: a form's field for money, read alike.
"""

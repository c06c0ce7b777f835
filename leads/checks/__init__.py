"""What may come in: one table of checks per thing, read by ingest and by the API's description.

values: one value · reading: one object by a table · leads, events, handoffs: the tables.
"""

"""What may come in: one table of checks per thing, read by ingest and by the API's schema.

reading: one object by its table · values: checks of one value · leads, events: the tables.
"""

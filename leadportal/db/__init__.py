"""What every query stands on, whichever app asks.

pieces: SQL text that carries its parameters · prepared: statements planned once for each connection
· compiled: queries made into SQL once · backend: connections that wait for no answer too long ·
rows: many rows written in one statement · loaded: rows that become objects at once · halves: long
reads by two connections · append_only: history · roles: what the product may do with the tables ·
races: the later of two starts again · paging: pages by key · shown: the columns a list reads ·
sweeps: background work as a table · meanwhile: two people change one thing · held: small tables,
read once in a while · sealed: secrets of others, kept closed · errors: what may be said of one ·
clock: the one that decides.
"""

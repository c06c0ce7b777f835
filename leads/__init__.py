"""The record: leads, what they did, where they stand, and who works on them.

columns: what a lead and a company have, told once · ledger: the one road of a move · facts: how the
tables answer the words of the criteria · news: who is due anew · fields: custom fields · text,
phones, matching: what makes two texts, two people the same · local_time: what time it is where a
lead is · sweeps: the background work · hooks: what is hung into the packages below · words,
examples: shared by pages, by the API's description · models, sql, urls.

checks, ingest: how leads come in · judging, explanation: how they are judged, and why so ·
queue, handoffs, follow_ups, mine: how sales takes them · lead, table, search, walks: one lead, all
leads, the one that is meant, the next one · by_hand: what people say against the machine · impact,
switch_on: what a version would do, and its going live · metrics, quality, overview, counted: the
numbers · invariants: what always holds, asked of a running database · demo: a year of one
company.
"""

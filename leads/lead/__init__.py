"""One lead: its page, and what the API tells of it.

reading: what its page shows, in two queries · alike: who may be the same person, and who became a
part of it · changes: what is new while it is open · timeline: everything that happened, from all
tables that remember · notes: what people add to it · words: how its page reads · answers: what the
API answers · as_json: a lead, as PostgreSQL writes it.
"""

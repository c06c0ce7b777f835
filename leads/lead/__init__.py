"""One lead: its page, and what the API tells of it.

timeline: everything that happened, from all tables that remember · notes: what people
add to it · words: how its page reads · answers: what the API answers.
"""

"""The words criteria may use: facts with their types and operators, and event types.

facts: a fact, and all that one installation has · standard: those that every one has ·
operators: the types and their tests · events: kinds of events. How a fact is read from the
tables is not known here.
"""

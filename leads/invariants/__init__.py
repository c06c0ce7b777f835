"""What always holds (DESIGN 7), as questions to a running database that find what breaks it.

questions: what one is, and how a topic gathers them · criteria, judgements, consent,
handoffs, history, people, names: the topics · invariants: all of them, asked.
"""

"""People: who may sign in and as what, as admins keep it, with who changed what.

people: the verbs · links: the way to a password of one's own · groups: what of the packages above
a person belongs to · words: changes as people say them.
"""

"""The reasons a rep chooses from when sending a lead back, as managers keep them.

reasons: the verbs.
"""

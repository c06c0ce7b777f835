"""The criteria as others meet them: read on pages and over REST, each version as JSON and as text.

words: a rulebook as people read it · compare: what differs between two · answers: what the API
answers.
"""

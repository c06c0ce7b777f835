"""The criteria as others meet them: read over REST, each version as JSON and as text.

api: the calls and their typed answers · openapi: their description · filters: what a list of
versions may be narrowed by.
"""

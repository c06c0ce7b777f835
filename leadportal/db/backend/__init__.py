"""Django's backend for PostgreSQL, which asks less often whether its connection still works.

base: what Django looks for under this name.
"""

"""Django's backend for PostgreSQL: its connections are watched, and asked less often if they work.

base: what Django looks for under this name · guarded: connections that wait for no answer too long
"""

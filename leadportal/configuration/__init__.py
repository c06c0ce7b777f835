"""Settings by what they are about; leadportal/settings.py gathers them for Django.

installation: which one this is, where its files lie · address: where it is asked · database, with
Redis and caches · people: signing in · answers: what may be asked, and comes back · mail, with the
logs.
"""

"""The settings by what they are about; Django reads them together (leadportal/settings.py).

installation: which one this is, where its files lie · address: where it is asked · application:
its apps, and what a request goes through · database, with Redis and caches · people: signing in ·
answers: what may be asked, and comes back · mail, with the logs.
"""

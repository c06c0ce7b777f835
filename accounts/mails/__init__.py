"""Mail: nobody who writes one waits for a mail server, and a worker sends it.

mails: what is written, and what is known of it · sending: the worker's part · backend: what Django
and django-allauth call · words: what the page says.
"""

"""Whose a domain is: a company's own, a free mail service's, a throw-away one, or shared by many.

addresses: the form in which two are compared · kept: what the lists of packages lack, and sites
that are nobody's · lists: what a domain is, with what this portal's managers said of it · roles:
names before the @ that are a team's, likewise · keeping: the verbs · again: addresses of leads read
again by them · forms, pages: the settings pages.
"""

"""People, their rights, the keys of integrations, and the settings of the installation.

policy: the one table of who may do what and who sees what · roles: the roles and their sides ·
access: who may open a page · middleware, context: what every page stands on · pages: arriving
and being refused · sign_in: what django-allauth asks us · tries: guessing is slowed
down · visits: those that are over · browsers: where somebody signs in from · passwords: what they
must not be made of · keys: API keys · people: accounts · portal: the settings · sweeps, models,
urls.
"""

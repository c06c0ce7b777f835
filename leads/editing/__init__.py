"""Leads that people type in or correct, and changes that an integration makes to one by its id.

editing: create, edit and change, through the checks and the road of everything that comes in ·
said: who said each value, and what a machine says against what a person typed · words: what the
checks refuse, in words for a form.
"""

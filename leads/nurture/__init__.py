"""Leads that wait with marketing until a day, or until something happens, and come back.

`nurture` has the verbs and the sweep that brings them back.
"""

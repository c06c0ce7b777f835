"""The choices of a field: added, called and spelled otherwise, put in order, retired and merged.

offering: the verbs · forms, pages: the steps from the page of a field.
"""

"""A version while it is written on the page.

drafts: its rows beside the version it would replace, and the small edits a page makes.
"""

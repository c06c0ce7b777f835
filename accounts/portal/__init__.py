"""The settings: one row, who may change what of it, and the history of its changes.

portal: the verb · words: settings and their values in words.
"""

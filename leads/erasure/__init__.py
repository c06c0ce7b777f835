"""A person is erased, as they wish it: nobody can tell any more who they were.

erasing: the verb, and why · unnamed: what came in of them and points to nobody · reading: how much
there is of a person · words: what goes, what stays.
"""

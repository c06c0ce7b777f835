"""A version goes live: counted, confirmed, watched while everybody is judged anew.

confirmation: by the number that was told · rescoring: how far it is · words: how that reads.
"""

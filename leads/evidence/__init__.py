"""What the rejections of a period say about the criteria, and a change drafted from it.

evidence: the tables, each number with the rejections behind it · words: a case in a sentence.
"""

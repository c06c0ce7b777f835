"""Values that were not understood: what came in, and what people say it means.

listing: by system, field and value · meanings: the verbs · choices: what a field can mean ·
rereading: leads read again by a meaning · words: what the page says.
"""

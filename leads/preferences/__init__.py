"""The page on which a person sees what we hold of them, and says what we may do with it.

links: the signed link by which they come, without signing in · preferences: what they agreed to,
and the verbs · holding: what we hold of them · words: what the page says · pages, forms: what
strangers see, and what our people note of what somebody said.
"""

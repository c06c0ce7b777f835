"""Sources and campaigns as managers keep them: named, described, and two that are one made one.

kinds: what the two have in common · naming: the verbs · moving: what pointed to a name that became
another's · listing: the rows with what is counted · forms · words: what the pages say.
"""

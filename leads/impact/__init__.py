"""What switching a version on would do: read by who drafts and decides it.

reading: the statement that judges, read only · recent: the leads active lately, within a second
· past: the deals that were won and lost · counting: all leads, in the background · movers: who
would move, and the rules that did it · words: how that reads.
"""

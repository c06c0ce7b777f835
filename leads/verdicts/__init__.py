"""Where a rep says what became of a lead: BANT, accept, reject, undo, won and lost.

The verbs are those of `leads.handoffs`. offering: in which order reasons are offered · words: how
the sheet reads and what toasts say.
"""

"""What every call of the API stands on, whichever app answers it.

middleware: what is refused unread · parsers: JSON read strictly · negotiation: in which form an
answer goes · problems: what is wrong, as RFC 9457 says it · rates: how often a key may call ·
idempotency: a retry does nothing twice · batches: items sent together · lists: pages by cursor,
ETags · filters: what a list may be narrowed by · typed: JSON schema from the types of answers ·
openapi: how an operation is described · docs: the page that shows it.
"""

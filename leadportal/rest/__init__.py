"""What every call of the API stands on, whichever app answers it.

parsers: JSON read strictly · problems: what is wrong, as RFC 9457 says it · lists: pages by
cursor, filters, ETags · typed: JSON schema from the types of answers · openapi: how an operation
is described.
"""

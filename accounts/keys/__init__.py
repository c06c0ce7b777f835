"""API keys: made, shown, revoked, and recognised when somebody calls.

keys: the verbs · authentication: whose key a call carries and what it allows.
"""

"""What every call of the API stands on, and knows nothing of any app.

typed: JSON schema of what a call answers, from the types of its answer.
"""

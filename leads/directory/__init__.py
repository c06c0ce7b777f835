"""What leads name, read by integrations: fields, sources, campaigns, companies and queues.

directory: the rows, and what is counted beside them · answers: what is told of each.
"""

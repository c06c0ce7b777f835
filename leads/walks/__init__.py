"""From one lead to the next of the list one came from.

filters: the lists by name, and who stands beside a lead in each · pages: next and previous.
"""

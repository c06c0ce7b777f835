"""What a rep promised themselves to do next, and when.

follow_ups: plan, done, snooze; which are due · words: days and choices as pages say them.
"""

"""The overview: is the handoff healthy, and what needs me?

attention: what needs a manager now.
"""

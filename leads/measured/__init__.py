"""The catalogue of metrics with the values of a period, over REST: the numbers of the pages.

measured: each metric with its value · answers: what is told of it.
"""

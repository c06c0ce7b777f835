"""The handoffs behind a number of Quality and Overview: exactly those that it counts.

counted: which they are, by the catalogue's own condition · pages: the list.
"""

"""Lead quality: are we sending the right leads?

tables: the rows by source and campaign, and the steps of the funnel.
"""

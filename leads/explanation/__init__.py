"""Why a lead has its score: one line per rule, which sum to the number.

evidence: what the criteria see in a lead · words: how that reads · lines: the lines of a score
· stored: the explanation of a score that was stored · answers: what the API answers.
"""

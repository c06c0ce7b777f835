"""What a person does on the far side of the line.

claims: claim, take the next, release · touches: the first one stops the clock · verdicts:
accept, reject, win, lose · bant: what accept asks for · undoing: the last one taken back within
seconds · words: how it is told · answers: what the API answers.
"""

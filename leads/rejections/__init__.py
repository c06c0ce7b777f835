"""What marketing says to a rejection, and who decides where the two sides do not agree.

rejections: the verbs · answers: what the API answers.
"""

"""What marketing says to a rejection, and who decides where the two sides do not agree.

rejections: the verbs · listing: which rejections a page shows, in which order · history: what
happened to one lead before and since · words: what pages say of them · answers: what the API
answers.
"""

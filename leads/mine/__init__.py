"""A rep's own: what they hold, and whether they keep their promises.

mine: the leads in their hands, in groups by what each needs · results: their numbers, and the
leads behind each of them.
"""

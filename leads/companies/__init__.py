"""Companies as people keep them: what is known, who works there, and two that are one made one.

keeping: what a person says of one · linking: whom a lead works for, and whom not · merging: two
that are one, and apart again · pieces: a value with whose word it is · settling: leads that still
say what a company was · reading: what the page shows · forms, words, pages.
"""

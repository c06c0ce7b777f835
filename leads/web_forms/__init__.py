"""Forms made here: asked on a page of ours, in a frame or as HTML; what is sent comes in like any
other post.

web_forms: the verbs · asking: what may be asked and how an answer is read · words: the codes to
copy · `forms`, `pages` (those of the settings, and the one that strangers see).
"""

"""What every page stands on, whichever app shows it.

addresses: of pages, each worked out once · answers: fragments, redirects, refusals · compression:
pages packed on their way · hosts: by which names we are called · middleware: no cache keeps them,
and messages are looked for where one is shown · policy: what they may load · sizes, limits: how
much may be sent, by anybody and by whom · once: a form sent twice acts once · outside: asking
servers of others · posts: views that only write · shared_forms: forms of what several people keep.
"""

"""Leads that come in by themselves: forms, ad platforms, tools and mails post to an inlet.

inlets: the verbs of an inlet · deliveries: what comes in, kept first, and what people do with it ·
job: the work in the background · naming, fetching: leads that were posted as ids · taking: one
delivery becomes leads and events · suspicion: what looks wrong and waits for a person · mapping:
which value is what · words: what the pages say · languages: what strangers read · systems: how each
system writes, signs and asks · `api`, `pages`, `forms`.
"""

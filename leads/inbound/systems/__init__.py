"""How each system that posts to us writes, signs and asks.

said: what all of them come down to · proofs: signatures · flat: nested JSON by its paths · ads
(Google, Meta, LinkedIn), surveys (Typeform, Webflow, forms of a website, plain JSON), tools
(HubSpot, Segment), calendars (Calendly, Cal.com), mails, ours (forms made here) · lead_apis: asking
Meta and LinkedIn for a lead · catalogue: the table of them · samples: a post of each, for trying.
"""

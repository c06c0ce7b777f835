"""A believable year of one company, made through the product's own verbs (manage.py seed_demo).

year: told in order · cast: the company and its people · criteria: how they grew · market,
places: where leads come from · journeys, fates: what each does and what becomes of it · sales:
reps and marketers at work · stories: whom one meets first · player:
what goes on happening while it is served.
"""

"""A believable year of one company, made through the product's own verbs (manage.py seed_demo)."""

from leads.demo.cast import SIGN_INS
from leads.demo.year import LEADS, NotEmpty, Seeded, seed

__all__ = ["LEADS", "SIGN_INS", "NotEmpty", "Seeded", "seed"]

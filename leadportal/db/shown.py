"""Rows that are read to be shown have the columns that are shown, and no others."""

from django.db import models


def all_but(model: type[models.Model], *shown: str, via: str = "") -> tuple[str, ...]:
    """The columns of a model to `defer`; `via` is the way to it, as in "lead__company__".

    Foreign keys stay: the query goes along them. What is left out by mistake is a query for each
    row, which the tests of lists would count.
    """
    return tuple(
        f"{via}{field.name}"
        for field in model._meta.concrete_fields
        if not field.is_relation and not field.primary_key and field.name not in shown
    )

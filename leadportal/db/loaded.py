"""Rows become objects as they are: lists make a hundred of them for one page."""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class Loaded(models.Model):
    """A model whose rows are read by many.

    Django's own way calls `__init__`, which goes through every column of the table, also those a
    list leaves out, and sets each by itself: a quarter of what a list costs. Here the columns that
    were read become the object's at once. So no signal of `__init__` is sent, which nobody hears,
    and a field that does something when it is set (a file's) has no place in such a model.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **_: Any
    ) -> Self:
        """An object of the columns `field_names`; those left out are read when they are asked."""
        loaded = cls.__new__(cls)
        state = loaded._state = ModelState()
        state.db, state.adding = db, False
        loaded.__dict__.update(zip(field_names, values, strict=True))
        return loaded

"""Rows that are written once, and neither changed nor removed."""

from django.db import models


class AppendOnly(models.Model):
    """A row of history. Its table has a trigger that refuses UPDATE, DELETE and TRUNCATE
    (`append_only.sql` of its app), and the app's role may read it and add to it (roles.py).

    What has to change all the same is a function of the owner, named in docs/operations.md.
    """

    is_append_only = True

    class Meta:
        abstract = True

"""Addresses of pages, each worked out once: a page leads to a hundred, and again at its next look.

To find the pattern of one and fill it in takes Django longer than to render the row it is in.
"""

from functools import lru_cache

from django.urls import get_resolver, get_script_prefix, get_urlconf, reverse
from django.urls.resolvers import URLResolver

# A hundred pages of different rows.
MOST_KEPT = 10_000


def of(name: str, *args: int | str) -> str:
    """As `reverse(name, args=args)`. Raises NoReverseMatch."""
    return _of(get_resolver(get_urlconf()), get_script_prefix(), name, *args)


@lru_cache(MOST_KEPT)
def _of(resolver: URLResolver, prefix: str, name: str, *args: int | str) -> str:
    """By all that a reverse hangs on."""
    return reverse(name, args=args)

"""ISO 4217: the currencies that are money in some country, by code."""

from leadportal.world.tables import read_rows

CURRENCIES: dict[str, str] = dict(read_rows("currencies.tsv"))

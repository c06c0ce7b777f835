"""The time zone of a place: of a country that has one, else of a city that is known.

`data/zones.tsv` names zones as the IANA database does. Zones of a country that have kept the same
time throughout count as one.
"""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadportal.world.folding import fold
from leadportal.world.tables import read_rows

# In place of the cities: what is true of the whole country.
EVERYWHERE = "*"


def zone_of_place(country: str, city: str = "") -> ZoneInfo | None:
    """The zone of a city of a country (two letters); None rather than a guess."""
    cities = _zones().get(country.upper(), {})
    name = cities.get(EVERYWHERE) or cities.get(fold(city))
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        # The machine's database may be older than our table.
        return None


@cache
def _zones() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for country, zone, cities in read_rows("zones.tsv"):
        for city in cities.split("; "):
            found.setdefault(country, {})[city if city == EVERYWHERE else fold(city)] = zone
    return found

"""Regions: where countries lie, and how sales divides the world.

A region is one of the sub-regions of the United Nations' M49; every country lies in one, but for
Antarctica. A sales area is several of them: EMEA is Europe, Africa, Western and Central Asia.
"""

from leadportal.world.tables import read_rows

_ROWS = [(area, region, codes.split()) for area, region, codes in read_rows("regions.tsv")]

REGIONS = tuple(region for _, region, _ in _ROWS)
SALES_AREAS = tuple(dict.fromkeys(area for area, _, _ in _ROWS))
REGION_OF: dict[str, str] = {code: region for _, region, codes in _ROWS for code in codes}
SALES_AREA_OF: dict[str, str] = {code: area for area, _, codes in _ROWS for code in codes}

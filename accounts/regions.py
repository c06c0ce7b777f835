"""Regions: where the countries of accounts/countries.py lie, and how sales divides the world.

A region is one of the sub-regions of the United Nations' M49; every country lies in one, but for
Antarctica. A sales area is several of them: EMEA is Europe, Africa, Western and Central Asia.
"""

_COUNTRIES_OF = {
    "Northern America": "BM CA GL PM US",
    "Latin America and the Caribbean": (
        "AG AI AR AW BB BL BO BQ BR BS BV BZ CL CO CR CU CW DM DO EC FK GD GF GP GS GT GY HN HT JM "
        "KN KY LC MF MQ MS MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI"
    ),
    "Northern Europe": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    "Western Europe": "AT BE CH DE FR LI LU MC NL",
    "Southern Europe": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA",
    "Eastern Europe": "BG BY CZ HU MD PL RO RU SK UA",
    "Northern Africa": "DZ EG EH LY MA SD TN",
    "Sub-Saharan Africa": (
        "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW IO KE KM LR LS MG ML MR MU MW "
        "MZ NA NE NG RE RW SC SH SL SN SO SS ST SZ TD TF TG TZ UG YT ZA ZM ZW"
    ),
    "Western Asia": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "Central Asia": "KG KZ TJ TM UZ",
    "Southern Asia": "AF BD BT IN IR LK MV NP PK",
    "Eastern Asia": "CN HK JP KP KR MN MO TW",
    "South-eastern Asia": "BN ID KH LA MM MY PH SG TH TL VN",
    "Australia and New Zealand": "AU CC CX HM NF NZ",
    "Melanesia": "FJ NC PG SB VU",
    "Micronesia": "FM GU KI MH MP NR PW UM",
    "Polynesia": "AS CK NU PF PN TK TO TV WF WS",
}
_REGIONS_OF = {
    "North America": ("Northern America",),
    "Latin America": ("Latin America and the Caribbean",),
    "EMEA": (
        "Northern Europe",
        "Western Europe",
        "Southern Europe",
        "Eastern Europe",
        "Northern Africa",
        "Sub-Saharan Africa",
        "Western Asia",
        "Central Asia",
    ),
    "APAC": (
        "Southern Asia",
        "Eastern Asia",
        "South-eastern Asia",
        "Australia and New Zealand",
        "Melanesia",
        "Micronesia",
        "Polynesia",
    ),
}

REGIONS = tuple(_COUNTRIES_OF)
SALES_AREAS = tuple(_REGIONS_OF)
REGION_OF: dict[str, str] = {
    country: region for region, countries in _COUNTRIES_OF.items() for country in countries.split()
}
_AREA_OF_REGION = {region: area for area, regions in _REGIONS_OF.items() for region in regions}
SALES_AREA_OF: dict[str, str] = {
    country: _AREA_OF_REGION[region] for country, region in REGION_OF.items()
}

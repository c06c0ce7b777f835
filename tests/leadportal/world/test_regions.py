from leadportal.world.countries import COUNTRIES
from leadportal.world.regions import REGION_OF, SALES_AREA_OF
from leadportal.world.tables import read_rows


def test_every_country_but_antarctica_lies_in_one_region_and_one_sales_area():
    named = [country for _, _, codes in read_rows("regions.tsv") for country in codes.split()]

    assert len(named) == len(set(named))
    assert set(named) == COUNTRIES.keys() - {"AQ"} == SALES_AREA_OF.keys()


def test_a_region_is_where_people_look_for_a_country():
    assert {REGION_OF[country] for country in ("SE", "GB", "LT")} == {"Northern Europe"}
    assert [SALES_AREA_OF[country] for country in ("DE", "ZA", "AE", "KZ")] == ["EMEA"] * 4
    assert [SALES_AREA_OF[country] for country in ("IN", "AU", "BR", "US")] == [
        "APAC",
        "APAC",
        "Latin America",
        "North America",
    ]

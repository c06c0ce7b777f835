from collections import defaultdict

import pytest

from leadportal.world.countries import COUNTRIES, country_code, country_name
from leadportal.world.folding import fold
from leadportal.world.tables import read_rows

ENGLISH = read_rows("countries.tsv")
FOREIGN = read_rows("country_names.tsv")
# What CLDR calls one country in many languages, as people write it.
GERMANY = """
    Duitsland ألمانيا Германия জার্মানি Alemanya Německo Tyskland Deutschland Γερμανία
    Alemania Saksamaa آلمان Saksa Allemagne Alemaña גרמניה जर्मनी Njemačka Németország Գերմանիա
    Jerman Þýskaland Germania ドイツ გერმანია 독일 Vokietija Vācija Германија ജർമ്മനി Il-Ġermanja
    ဂျာမနီ Niemcy Alemanha Nemecko Nemčija Gjermani Немачка Nemačka Ujerumani ஜெர்மனி జర్మనీ
    เยอรมนี Almanya Німеччина جرمنی Germaniya Đức 德国 德國
"""


def english_names(row: list[str]) -> list[str]:
    _, _, *cells = row
    return [name for cell in cells for name in cell.split("; ") if name]


def test_the_countries_are_all_of_the_standard():
    assert len(COUNTRIES) == 249
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
    assert country_name("se") == "Sweden"
    assert country_name("XX") == "XX"


@pytest.mark.parametrize(
    ("given", "code"),
    [("de", "DE"), ("Germany", "DE"), ("U.S.A.", "US"), ("Cote d'Ivoire", "CI"), ("Narnia", "")],
)
def test_a_country_is_known_by_code_and_name(given, code):
    assert country_code(given) == code


@pytest.mark.parametrize(
    ("given", "code"),
    [("DEU", "DE"), ("usa", "US"), (" Gbr ", "GB"), ("ARE", "AE"), ("CHE", "CH"), ("XXX", "")],
)
def test_three_letters_are_a_code_as_well(given, code):
    assert country_code(given) == code


def test_every_code_and_every_english_name_leads_to_its_country():
    for row in ENGLISH:
        code, alpha_3 = row[:2]
        for text in (code, alpha_3, alpha_3.lower(), *english_names(row)):
            assert country_code(text) == code, text
            assert country_code(text.upper()) == code, text

    assert len({alpha_3 for _, alpha_3, *_ in ENGLISH}) == 249


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("Iran, Islamic Republic of", "IR"),
        ("Iran (Islamic Republic of)", "IR"),
        ("Islamic Republic of Iran", "IR"),
        ("Taiwan, Province of China", "TW"),
        ("Tanzania, United Republic of", "TZ"),
        ("Viet Nam", "VN"),
        ("Korea, Republic of", "KR"),
        ("Korea (the Republic of)", "KR"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("Congo, The Democratic Republic of the", "CD"),
        ("Palestine, State of", "PS"),
        ("Falkland Islands (the) [Malvinas]", "FK"),
        ("Virgin Islands, U.S.", "VI"),
        ("Venezuela, Bolivarian Republic of", "VE"),
        ("United Kingdom of Great Britain and Northern Ireland (the)", "GB"),
        ("Lao People's Democratic Republic", "LA"),
        ("Holy See (Vatican City State)", "VA"),
    ],
)
def test_the_names_of_the_standard_are_known_however_they_are_turned(given, code):
    assert country_code(given) == code


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("CZ", ["Czechia", "Czech Republic", "The Czech Republic"]),
        ("TR", ["Türkiye", "Turkey", "TURKIYE"]),
        ("TL", ["Timor-Leste", "Timor Leste", "East Timor"]),
        ("MM", ["Myanmar (Burma)", "Myanmar/Burma", "Burma"]),
        ("MK", ["North Macedonia", "Macedonia", "Macedonia, FYR"]),
        ("NL", ["Holland", "The Netherlands", "Netherlands (Kingdom of the)"]),
        ("GB", ["UK", "U.K.", "Great Britain", "England", "Scotland", "United Kingdom (UK)"]),
        ("US", ["USA", "U. S. A.", "United States of America", "US", "EE. UU.", "EUA"]),
        ("AE", ["UAE", "U.A.E.", "The United Arab Emirates"]),
        ("CI", ["Ivory Coast", "Côte d’Ivoire", "Cote d Ivoire", "COTE D`IVOIRE"]),
        ("RU", ["Russia", "Russian Federation"]),
        ("KR", ["South Korea", "Korea", "Korea, South"]),
        ("SZ", ["Eswatini", "Swaziland"]),
        ("CV", ["Cabo Verde", "Cape Verde"]),
        ("CD", ["DR Congo", "Congo - Kinshasa", "Democratic Republic of Congo", "Congo (DRC)"]),
        ("CG", ["Congo", "Republic of the Congo", "Congo - Brazzaville"]),
        ("LC", ["St. Lucia", "St Lucia", "saint lucia"]),
        ("GM", ["The Gambia", "Gambia, The"]),
        ("TT", ["Trinidad & Tobago", "Trinidad and Tobago"]),
        ("HK", ["Hong Kong", "Hong Kong SAR China", "Hongkong"]),
    ],
)
def test_names_that_people_use_are_known(code, names):
    assert {name: country_code(name) for name in names} == dict.fromkeys(names, code)


@pytest.mark.parametrize("name", GERMANY.split())
def test_a_country_is_known_in_the_larger_languages(name):
    assert country_code(name) == "DE"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("Österreich", "AT"),
        ("Oesterreich", "AT"),
        ("OSTERREICH", "AT"),
        ("Elfenbeinküste", "CI"),
        ("Großbritannien", "GB"),
        ("Etats-Unis", "US"),
        ("Corée du Sud", "KR"),
        ("España", "ES"),
        ("Espana", "ES"),
        ("Países Bajos", "NL"),
        ("Polónia", "PL"),
        ("Polônia", "PL"),
        ("Wlochy", "IT"),
        ("KIBRIS", "CY"),
        ("Kıbrıs", "CY"),
        ("ايران", "IR"),
        ("ایران", "IR"),
        ("संयुक्त राज्य", "US"),
        ("アメリカ合衆国", "US"),
        ("대한민국", "KR"),
    ],
)
def test_accents_and_letters_nobody_has_on_the_keyboard_may_be_missing(given, code):
    assert country_code(given) == code


def test_a_name_stands_for_one_country_in_all_files():
    meant = defaultdict(set)
    for row in ENGLISH:
        for text in (*row[:2], *english_names(row)):
            meant[fold(text)].add(row[0])
    for code, *names in FOREIGN:
        for name in names:
            meant[name].add(code)

    assert {name: codes for name, codes in meant.items() if len(codes) > 1} == {}


def test_every_foreign_name_leads_to_its_country():
    assert {code for code, *_ in FOREIGN} <= COUNTRIES.keys()
    for code, *names in FOREIGN:
        for name in names:
            assert fold(name) == name
            assert country_code(name) == code


@pytest.mark.parametrize("given", ["Kongo", "Áo", "Virgin Islands", "", " ", "?", "n/a", "unknown"])
def test_what_is_no_sure_name_is_not_guessed(given):
    assert country_code(given) == ""


def test_a_code_wins_over_a_name():
    assert country_code("Nga") == "NG"  # Nigeria's three letters; Russia in Vietnamese
    assert country_code("RU") == "RU"  # what Spanish calls the United Kingdom for short

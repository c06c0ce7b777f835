from leadportal.world.currencies import CURRENCIES


def test_the_currencies_have_three_letters():
    assert {"EUR", "USD", "GBP", "SEK"} <= set(CURRENCIES)
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)

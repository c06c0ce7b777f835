"""Checks of single values: what comes in, and what is kept of it."""

import pytest

from leads.checks.reading import Wrong
from leads.checks.values import web_address, whole_between


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://example.com/about?a=1#team", "https://example.com/about?a=1#team"),
        ("http://example.com:8080", "http://example.com:8080"),
        ("  www.example.com ", "https://www.example.com"),
        ("linkedin.com/in/maya", "https://linkedin.com/in/maya"),
        ("https://bücher.example", "https://bücher.example"),
        ("   ", None),
    ],
)
def test_an_address_on_the_web_is_kept_with_its_scheme(given, kept):
    assert web_address(300).check(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "javascript:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "https://",
        "localhost",
        "not a page",
        "https://a b.example",
        "https://user:secret@example.com",
        "mailto:maya@example.com",
        "https://example.com:port",
        "https://[::1",
        "https://..",
    ],
)
def test_what_no_link_may_lead_to_is_refused(given):
    with pytest.raises(Wrong) as refused:
        web_address(300).check(given)

    assert refused.value.code == "invalid_address"


def test_an_address_fits_its_column_with_the_scheme_that_was_added():
    assert web_address(21).check("example.com/a")
    for given in ("e" * 30 + ".example", "example.com/abcdef"):
        with pytest.raises(Wrong) as refused:
            web_address(21).check(given)
        assert refused.value.code == "too_long"


def test_a_whole_number_lies_between_its_bounds():
    year = whole_between(500, 2199)

    assert [year.check(given) for given in (500, 2199, 1998.0)] == [500, 2199, 1998]
    for given in (499, 2200, 1998.5):
        with pytest.raises(Wrong, match="out_of_range"):
            year.check(given)

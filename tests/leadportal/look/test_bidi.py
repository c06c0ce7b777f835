"""Names within sentences of the other direction."""

import pytest

from leadportal.look.bidi import apart


@pytest.mark.parametrize("name", ["مها الزهراني", "Ruth רות", "ﷺ"])
def test_a_name_that_runs_from_the_right_is_set_apart(name: str):
    assert apart(name) == f"\u2068{name}\u2069"


@pytest.mark.parametrize("name", ["Maya Lindqvist", "Żółć", "陈玉婷", "+46 40 12", ""])
def test_any_other_name_stays_as_it_is(name: str):
    assert apart(name) == name

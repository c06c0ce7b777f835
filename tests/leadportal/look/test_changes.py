from leadportal.look.changes import delta
from leadportal.look.pictures import draw


def test_an_arrow_tells_direction_and_the_colour_whether_it_is_good():
    assert 'class="up"' in draw(delta(4, "pts"))
    assert 'class="dn worse"' in draw(delta(-4, "pts"))
    assert 'class="dn"' in draw(delta(-58, good="down", prefix="€"))
    assert "no change" in draw(delta(0))


def test_a_change_is_said_with_its_sign_and_unit():
    assert draw(delta(-4, "pts")).endswith('<span class="vh">down</span> 4 pts</span>')
    assert draw(delta(-58, prefix="€")).endswith('<span class="vh">down</span> €58</span>')

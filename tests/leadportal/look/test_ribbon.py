import re

from leadportal.look.pictures import draw
from leadportal.look.ribbon import ribbon


def funnel(counts: list[int], sides: list[str]) -> str:
    steps = [{"count": n, "side": side} for n, side in zip(counts, sides, strict=True)]
    return draw(ribbon(steps))


def test_the_ribbon_crosses_the_handoff_once():
    drawn = funnel([4812, 1126, 412, 391, 0], ["mk", "mk", "mk", "sa", "sa"])

    assert drawn.count('class="s-ink"') == 1
    assert 'class="s-ink" d="M600 0' in drawn


def test_a_funnel_of_nobody_has_no_ribbon():
    assert funnel([0, 0], ["mk", "sa"]) == ""


def test_the_steps_of_a_side_deepen_towards_its_end():
    drawn = funnel([9, 5, 3, 2], ["mk", "mk", "sa", "sa"])

    assert re.findall(r'class="f-(\w+)" opacity="([\d.]+)"', drawn) == [
        ("mk", "0.35"),
        ("mk", "0.95"),
        ("sa", "0.35"),
        ("sa", "0.95"),
    ]

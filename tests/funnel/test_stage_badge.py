import pytest
from django.template import Context, Template


@pytest.mark.parametrize(
    ("stage", "side", "word"),
    [
        ("inquiry", "none", "Inquiry"),
        ("mql", "mk", "MQL"),
        ("sql", "over", "SQL"),
        ("claimed", "sa", "Claimed"),
        ("rejected", "mk", "Rejected"),
        ("erased", "none", "Erased"),
    ],
)
def test_the_filled_half_of_the_baton_holds_the_lead(stage, side, word):
    html = Template("{% stage_badge stage %}").render(Context({"stage": stage}))

    assert html == f'<span class="stage {side}">{word}</span>'

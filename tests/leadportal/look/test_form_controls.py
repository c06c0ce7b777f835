import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.template import Context, Template

GROUPED = [("Nordic", [("SE", "Sweden"), ("NO", "Norway")]), ("DE", "Germany & <more>")]


@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple])
@pytest.mark.parametrize("choices", [[], [("", "Any"), (1, '"One"'), (2, "Two")], GROUPED])
def test_a_select_is_as_django_writes_it(widget, choices):
    attrs = {"class": "in", "required": True, "disabled": False}

    ours, theirs = (
        widget(choices=choices).render("country", ["SE"], attrs, renderer).split()
        for renderer in (get_default_renderer(), DjangoTemplates())
    )

    assert ours == theirs
    assert ours


def test_options_of_a_select_are_words_or_values_with_labels():
    page = Template('{% options words "b" %}{% options pairs "x@y.example" %}')
    shown = page.render(
        Context({"words": ["a", "b"], "pairs": [("x@y.example", "<X>"), ("z@y.example", "Z")]})
    )

    assert shown == (
        '<option value="a">a</option><option value="b" selected>b</option>'
        '<option value="x@y.example" selected>&lt;X&gt;</option>'
        '<option value="z@y.example">Z</option>'
    )

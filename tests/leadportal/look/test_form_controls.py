import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer

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

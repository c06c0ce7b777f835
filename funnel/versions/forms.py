"""Forms of the criteria pages. They check what was typed; versions.edit checks the whole."""

from django import forms

NOTE_MAX = 2_000


class RefusalForm(forms.Form):
    """What to change before one would sign."""

    note = forms.CharField(
        label="What has to change before you sign",
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Write what has to change, like “20 points for pricing are too many”."
        },
    )

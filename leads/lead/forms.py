"""Forms of the page of one lead."""

from django import forms

from leads.follow_ups.forms import PRINTABLE

NOTE_LENGTH = 4000


class NoteForm(forms.Form):
    """What somebody notes about a lead."""

    text = forms.CharField(
        label="Note",
        help_text="Everybody who sees this lead reads it, with your name.",
        max_length=NOTE_LENGTH,
        validators=[PRINTABLE],
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True, "dir": "auto"}),
        error_messages={"required": "Write something first."},
    )

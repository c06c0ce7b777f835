"""Forms of the criteria pages. They check what was typed; versions.edit checks the whole."""

from django import forms

from funnel.text_form.reading import LARGEST


class TextForm(forms.Form):
    """The whole content as YAML."""

    text = forms.CharField(
        label="Criteria as text",
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 36, "spellcheck": "false", "class": "mono"}),
        help_text="Comments after # are not kept: what should last belongs in a label or the note.",
        error_messages={"required": "The text is empty. Undo that in the text, or load it again."},
    )

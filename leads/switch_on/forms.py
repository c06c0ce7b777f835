"""Forms of the pages of the record. They check what was typed; the domain functions save."""

from typing import Any

from django import forms
from django.utils import timezone

from leadportal.db import clock


class SwitchOnForm(forms.Form):
    """The number of new SQLs a manager confirms, the count that said it, and when."""

    # The page writes these two beside the button that says the number.
    count = forms.IntegerField()
    new_sqls = forms.IntegerField(min_value=0)
    at = forms.DateTimeField(
        label="When",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Enter the time as 2026-11-20 08:00."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"Now, unless you give a time to come. Times are in {zone}."
        self.fields["at"].widget.attrs["min"] = f"{timezone.localtime(clock.now()):%Y-%m-%dT%H:%M}"

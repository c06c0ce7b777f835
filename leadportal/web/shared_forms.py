"""Forms of what several people keep: each saves what they changed, and nobody over another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict

from leadportal.db.meanwhile import ChangedMeanwhile

READ = "read"


@dataclass(frozen=True, slots=True)
class Both:
    """A field that two people changed: what one saved and what the other typed."""

    label: str
    theirs: str
    yours: str


class Shared(forms.Form):
    """A form that carries what its values were when it was shown (`as_read`).

    The domain gets that with what was typed, and raises ChangedMeanwhile; `against` makes the
    form that shows both, and that puts the one over the other when it is sent once more.
    """

    # Set by `against`.
    both: tuple[Both, ...] = ()
    saved_by: str = ""

    def as_read(self) -> str:
        """The values the person saw, for a hidden field named `read`.

        Those the form was made with; after a mistake still those of the first time.
        """
        read = self.read() or {name: self.initial.get(name) for name in self.fields}
        return json.dumps(read, cls=DjangoJSONEncoder)

    def read(self) -> dict[str, Any]:
        """The values the person saw, of the fields there are; none when the page did not say."""
        try:
            said = json.loads(self.data.get(READ, ""))
        except ValueError:
            return {}
        known = said.items() if isinstance(said, dict) else ()
        return {name: value for name, value in known if name in self.fields}

    def against(self, meanwhile: ChangedMeanwhile, *, by: str, **made: Any) -> Any:
        """A form like this one with what is saved now, where only the other changed it.

        `by` is who did, `made` what the form is made with beside its data.
        """
        typed, read = cast(QueryDict, self.data).copy(), self.read()
        for name in self.fields.keys() & meanwhile.now.keys() - set(meanwhile.names):
            if self.cleaned_data.get(name) == read.get(name):
                typed.setlist(name, as_typed(meanwhile.now[name]))
        typed[READ] = json.dumps({**read, **meanwhile.now}, cls=DjangoJSONEncoder)
        form = type(self)(typed, **made)
        form.saved_by = by
        form.both = tuple(
            Both(
                str(self.fields[name].label),
                self.said(name, meanwhile.now[name]),
                self.said(name, self.cleaned_data[name]),
            )
            for name in meanwhile.names
        )
        return form

    def said(self, name: str, value: Any) -> str:
        """A value of a field in words."""
        return in_words(self.fields[name], value)


def as_typed(value: Any) -> list[str]:
    """A value as a browser posts it."""
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, list):
        return [str(one) for one in value]
    return ["" if value is None else str(value)]


def in_words(field: forms.Field, value: Any) -> str:
    """A value as a person reads it: labels of choices, yes and no; "none" for nothing."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    many = value if isinstance(value, list) else [value]
    labels: Mapping[str, Any] = {
        str(key): label for key, label in getattr(field, "choices", ()) or ()
    }
    return ", ".join(str(labels.get(str(one), one)) for one in many if one not in ("", None)) or (
        "none"
    )

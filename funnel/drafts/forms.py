"""Forms of the criteria pages. They check what was typed; versions.edit checks the whole."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from funnel.drafts import drafts
from funnel.rulebook.parts import BANT, MAX_POINTS, Rulebook
from funnel.versions.forms import NOTE_MAX


class Points(forms.IntegerField):
    """Points as a number; the value that was shown travels along, so that only edits are saved."""

    def __init__(
        self,
        label: str,
        what: str,
        low: int,
        high: int,
        initial: int | None,
        *,
        has_label: bool = False,
    ) -> None:
        like = min(initial or 10, high)
        wrong = f"Enter {what} as a whole number from {low:,} to {high:,}, like {like}."
        super().__init__(
            label=label,
            min_value=low,
            max_value=high,
            initial=initial,
            # A definition without a line keeps none until somebody types one.
            required=initial is not None,
            show_hidden_initial=True,
            widget=forms.NumberInput(
                attrs={"class": "in pt"} | ({} if has_label else {"aria-label": label})
            ),
            error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], wrong),
        )


class DraftForm(forms.Form):
    """The lines, the points of every rule, what accept asks for. What is not sent is as it was."""

    def __init__(self, rulebook: Rulebook, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.rulebook = rulebook
        highest = sum(rulebook.caps.values())
        for rung in ("mql", "sql"):
            name, line = rung.upper(), rulebook.definitions[rung].line
            self.fields[f"line.{rung}"] = Points(
                f"{name} line", f"the {name} line", 0, highest, line, has_label=True
            )
        self.fields["accept.bant"] = Points(
            "Accept asks for",
            "how many of the four accept asks for",
            0,
            BANT,
            rulebook.accept_bant,
            has_label=True,
        )
        for section in drafts.sections(rulebook, None):
            for row in section.rows:
                self.fields |= dict(_of_rule(row))
        if data is not None:
            self.fields = {name: field for name, field in self.fields.items() if name in data}

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        mql, sql = (
            typed.get(f"line.{rung}", self.rulebook.definitions[rung].line)
            for rung in ("mql", "sql")
        )
        if mql is not None and sql is not None and sql < mql:
            self.add_error(
                "line.sql" if "line.sql" in self.fields else None,
                f"The SQL line is below the MQL line. Enter {mql} or more.",
            )
        return typed

    def edited(self, content: drafts.Content) -> drafts.Content:
        """The content with what was changed on the page; call it when the form is valid."""
        for name in self.changed_data:
            value = self.cleaned_data[name]
            match name.split(".", 1)[0], name.split(".", 1)[1]:
                case "line", rung:
                    content = drafts.with_line(content, rung, value)
                case "accept", _:
                    content = drafts.with_accept(content, value)
                case "points", id_:
                    content = drafts.with_points(content, id_, value)
                case "band", place:
                    position, id_ = place.split(".", 1)
                    content = drafts.with_band(content, id_, int(position), value)
        return content

    def mql(self) -> BoundField | None:
        return self._bound("line.mql")

    def sql(self) -> BoundField | None:
        return self._bound("line.sql")

    def accept(self) -> BoundField | None:
        return self._bound("accept.bant")

    def field(self, row: drafts.DraftRow) -> BoundField | None:
        """The points of a rule; None for a table, and for a rule that was removed."""
        return self._bound(f"points.{row.id}") if row.status != "del" else None

    def band_fields(self, row: drafts.DraftRow) -> list[tuple[drafts.DraftBand, BoundField | None]]:
        """Each line of a table with its points to edit; without, when there are too many."""
        return [(band, self._bound(f"band.{i}.{row.id}")) for i, band in enumerate(row.bands)]

    def _bound(self, name: str) -> BoundField | None:
        return self[name] if name in self.fields else None

    def changed_values(self) -> list[tuple[str, Any]]:
        """(name, what was typed) of every change, to be sent once more."""
        return [(name, self.data[name]) for name in self.changed_data]


def _of_rule(row: drafts.DraftRow) -> Iterator[tuple[str, Points]]:
    what = f"the points of “{row.text.label}”"
    if row.has_points:
        label = f"Points of {row.text.label}"
        yield (
            f"points.{row.id}",
            Points(label, what, -MAX_POINTS, MAX_POINTS, row.text.points),
        )
    elif len(row.bands) <= drafts.MOST_BANDS:
        for i, band in enumerate(row.bands):
            yield (
                f"band.{i}.{row.id}",
                Points(
                    f"Points of {row.text.label}, {band.says}",
                    f"{what}, {band.says},",
                    -MAX_POINTS,
                    MAX_POINTS,
                    band.points,
                ),
            )


class NoteForm(forms.Form):
    """What a version is about."""

    note = forms.CharField(
        label="What changes, and why",
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever signs reads it first, and it stays with the version.",
    )

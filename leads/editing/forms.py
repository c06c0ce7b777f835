"""The form of a lead: one field a column and custom field. It asks; the API's checks decide."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from funnel.vocabulary.operators import FactType
from leads.checks.reading import Refused
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS, Column, Merge
from leads.editing import words
from leads.editing.said import Doubt, Said, doubts
from leads.fields import definitions
from leads.follow_ups.forms import PRINTABLE
from leads.ingest.records import ATTRIBUTE
from leads.models import Campaign, CustomField, FieldType, Lead, Source

COMPANY = "company."
# Offered while typing; whoever means another types it.
OFFERED = 200
# What is asked of a company with a new lead; the rest is found out.
OF_COMPANY = ("name", "domain", "industry", "employees")
PERSON = ("first_name", "last_name", "email", "phone", "job_title", "department")
PLACE = ("city", "country", "website", "linkedin")
ORIGIN = ("source", "campaign", "estimated_value")
_NOT_OFFERED = {"invalid_choice": words.OFFERED_NO_MORE}
_TYPES = {"email": "email", "phone": "tel", "website": "url", "linkedin": "url"}


class LeadForm(forms.Form):
    """What is known of a lead. `payload` is what somebody changed, in the shape of the API.

    The form carries what its reader saw (`seen`): what others changed meanwhile is left alone, and
    a field that both changed is shown again.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        lead: Lead | None = None,
        said: Mapping[str, Said] | None = None,
        taken: str = "",
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.known = _known(lead) if lead else {}
        self.doubts: dict[str, Doubt] = doubts(lead) if lead else {}
        self.said = said or {}
        overlaid = dict(initial or {})
        if taken in self.doubts:
            overlaid[taken] = _typed(self.doubts[taken].value)
        super().__init__(data, initial=self.known | overlaid)
        self.was_seen = _read_seen(data, self.known)
        columns = {column.name: column for column in LEAD_COLUMNS}
        for name in (*PERSON, *PLACE, *ORIGIN):
            self.fields[name] = _field(columns[name])
        self.fields |= _of_company(lead)
        self.custom = definitions()
        for custom in self.custom.values():
            name = f"{ATTRIBUTE}{custom.name}"
            if custom.is_retired and not self.known.get(name):
                continue
            self.known[name] = self.initial[name] = _fitting(custom, self.known.get(name, ""))
            self.fields[name] = _custom(custom, self.known[name])
            self.fields[name].help_text = ". ".join(filter(None, [custom.help, custom.unit]))
        self.fields |= _consent()

    def sections(self) -> Iterator[tuple[str, list["Asked"]]]:
        """The fields by what they are about, each with whose word its value is."""
        company = [name for name in self.fields if name.startswith(COMPANY) or name == "company"]
        details = [name for name in self.fields if name.startswith(ATTRIBUTE)]
        consent = [name for name in self.fields if name.startswith("consent")]
        for title, names in (
            ("Person", PERSON),
            ("Company", company),
            ("Where they are", PLACE),
            ("Where it came from", ORIGIN),
            ("Details", details),
            ("Consent", consent),
        ):
            if names:
                yield title, [self._asked(name) for name in names]

    def _asked(self, name: str) -> "Asked":
        # A new lead has no word of anybody; a blank field is nobody's.
        told = self.known.get(name) and not name.startswith("consent")
        word = self.said.get(name, self.said.get("")) if told else None
        return Asked(self[name], word, self.doubts.get(name), name)

    @property
    def seen(self) -> str:
        """What a reader of the form sees before they type, for the next post."""
        return json.dumps(self.known)

    def clean(self) -> None:
        for name, value in self._changed().items():
            now = self.known.get(name) or ""
            if now not in (self.was_seen.get(name) or "", value):
                said = self.said.get(name)
                detail = (
                    f"{said.who if said else 'Somebody'} changed this to “{now or 'nothing'}” while"
                    " you typed. Save again to put yours in its place."
                )
                self.add_error(name, detail)
        if self.known.get("consent") and not self.cleaned_data.get("consent"):
            detail = "What they said stays. Choose that they refused, to withdraw it."
            self.add_error("consent", detail)

    def _changed(self) -> dict[str, Any]:
        # Browsers end lines in their own way.
        posted = {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        return {
            name: value
            for name, value in posted.items()
            if (value or "") != (self.was_seen.get(name) or "")
        }

    @property
    def payload(self) -> dict[str, Any]:
        """What was changed, as the API would be sent it; null and "" empty."""
        payload: dict[str, Any] = {}
        for name, value in self._changed().items():
            if name.startswith(ATTRIBUTE):
                key = name.removeprefix(ATTRIBUTE)
                payload.setdefault("attributes", {})[key] = _json(self.custom[key], value)
            elif name.startswith(COMPANY):
                key = name.removeprefix(COMPANY)
                payload.setdefault("company", {})[key] = value or None
            elif name == "consent":
                payload[name] = {"marketing": _word(self.cleaned_data)}
            elif name != "consent_text":
                payload[name] = value
        return payload

    def refuse(self, refused: Refused) -> None:
        """Put what the checks found, in people's words, at the fields it is about."""
        for error in refused.errors:
            self.add_error(self._meant(error.pointer), words.refused(error))

    def _meant(self, pointer: str) -> str | None:
        steps = pointer.strip("/").split("/")
        for length in (2, 1):
            name = ".".join(steps[:length])
            if name in self.fields:
                return name
        return "company.name" if steps[0] == "company" and "company.name" in self.fields else None


class Asked:
    """One field on the page: whose word its value is, and what a machine says against it."""

    def __init__(
        self, field: BoundField, said: Said | None, doubt: Doubt | None, name: str
    ) -> None:
        self.field, self.said, self.doubt, self.name = field, said, doubt, name


# --- what is known -----------------------------------------------------------------------------


def _known(lead: Lead) -> dict[str, Any]:
    """What is there, as the fields show it: texts, and lists of texts."""
    known = {column.name: _typed(column.told(lead)) for column in LEAD_COLUMNS}
    known["company"] = lead.company.name if lead.company else ""
    known["consent"] = _typed(lead.consent.get("marketing"))
    return known | {f"{ATTRIBUTE}{name}": _typed(value) for name, value in lead.attributes.items()}


def _typed(value: Any) -> Any:
    """As somebody would have typed or chosen it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return [str(one) for one in value]
    return "" if value is None else str(value).removesuffix(".00")


def _fitting(field: CustomField, known: Any) -> Any:
    """A value that came in before there was such a field, as its control can show it."""
    if field.type == FieldType.CHOICES:
        return known if isinstance(known, list) else [known] if known else []
    return ", ".join(known) if isinstance(known, list) else known


def _read_seen(data: Any, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the reader saw, as the form carried it; what is known where it did not."""
    try:
        seen = json.loads((data or {}).get("seen", ""))
    except ValueError:
        return known
    return seen if isinstance(seen, dict) else known


# --- fields ------------------------------------------------------------------------------------


def _line(label: str, *, kind: str = "text", limit: int | None = None, **more: Any) -> Any:
    attrs = {"autocomplete": "off", "dir": "auto", "type": kind}
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs=attrs | more.pop("attrs", {})),
        **more,
    )


def _chosen(
    label: str,
    choices: Iterable[tuple[str, str]],
    *,
    known: str = "",
    blank: str = "Not known",
    called: Callable[[str], str] = str,
) -> forms.ChoiceField:
    """One of the choices; what is there stays one of them, though it may be none any more."""
    offered = [("", blank), *choices]
    if known and known not in {value for value, _ in offered}:
        offered.append((known, called(known)))
    return forms.ChoiceField(
        label=label, required=False, choices=offered, error_messages=_NOT_OFFERED
    )


def _field(column: Column) -> forms.Field:
    if column.kind is FactType.CHOICE:
        return _chosen(column.label, column.choices)
    is_number = column.kind in (FactType.NUMBER, FactType.MONEY)
    more: dict[str, Any] = {"attrs": {"inputmode": "decimal"}} if is_number else {}
    if column.merge is Merge.POINTS:
        more = {"attrs": {"list": f"offered-{column.name}"}}
    return _line(
        column.label,
        kind=_TYPES.get(column.name, "text"),
        **more,
    )


def _of_company(lead: Lead | None) -> dict[str, forms.Field]:
    """The name alone where one is known, for another company; what makes one for a new lead."""
    if lead is not None and lead.company:
        help_text = "Another name is another company; its facts stay with it."
        return {"company": _line("Company", help_text=help_text)}
    columns = {column.name: column for column in COMPANY_COLUMNS}
    return {f"{COMPANY}{name}": _field(columns[name]) for name in OF_COMPANY}


def _custom(field: CustomField, known: Any) -> forms.Field:
    choices = [(one, _words(field.label_of(one))) for one in field.offered]
    match field.type:
        case FieldType.YES_NO:
            return _chosen(field.label, [("yes", "Yes"), ("no", "No")], known=known)
        case FieldType.CHOICE:
            return _chosen(field.label, choices, known=known, called=field.label_of)
        case FieldType.CHOICES:
            offered = field.offered
            choices += [(one, field.label_of(one)) for one in known if one not in offered]
            return forms.MultipleChoiceField(
                label=field.label,
                required=False,
                choices=choices,
                error_messages=_NOT_OFFERED,
                widget=forms.CheckboxSelectMultiple,
            )
        case FieldType.DATE:
            return _line(field.label, attrs={"type": "date"})
        case FieldType.NUMBER | FieldType.MONEY:
            return _line(field.label, attrs={"inputmode": "decimal"})
    if "\n" in known:
        return _lines(field.label)
    return _line(field.label)


def _lines(label: str) -> forms.Field:
    area = forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    return forms.CharField(label=label, required=False, validators=[PRINTABLE], widget=area)


def _words(choice: str) -> str:
    return choice.replace("_", " ")[:1].upper() + choice.replace("_", " ")[1:]


def _consent() -> dict[str, forms.Field]:
    return {
        "consent": _chosen(
            "May marketing write to them?",
            [("yes", "Yes, they agreed"), ("no", "No, they refused")],
            blank="Nobody asked",
        ),
        "consent_text": _line(
            "How they said so", limit=4_000, help_text="Like “On paper at the fair in Lyon”."
        ),
    }


def offered() -> dict[str, list[str]]:
    """Names of sources and campaigns, for the lists beside their fields."""
    return {
        "source": list(Source.objects.standing().values_list("name", flat=True)[:OFFERED]),
        "campaign": list(Campaign.objects.standing().values_list("name", flat=True)[:OFFERED]),
    }


# --- in the shape of the API -------------------------------------------------------------------


def _json(field: CustomField, value: Any) -> Any:
    """The value of a custom field as its type has it; what is typed, the checks read."""
    if value in ("", []):
        return None
    return value == "yes" if field.type == FieldType.YES_NO else value


def _word(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "given": cleaned["consent"] == "yes",
        "text": cleaned.get("consent_text", ""),
        "channel": "typed in",
    }

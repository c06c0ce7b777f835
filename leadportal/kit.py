"""Every component once, with made-up content, at /kit in debug."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from funnel.stages import LIVING, Stage

NAV = [
    {"label": "Kit", "url": "/kit", "key": "k", "icon": "queue", "count": 9, "current": True},
    {"label": "Leads", "url": "/leads", "key": "l", "icon": "user"},
    {"label": "Criteria", "url": "/criteria", "key": "c", "icon": "rule", "count": 1},
]
SWATCHES = [
    ("mk", "Marketing"),
    ("sa", "Sales"),
    ("fit", "Fit"),
    ("int", "Intent"),
    ("ok", "Kept"),
    ("warn", "Soon"),
    ("bad", "Late"),
    ("line", "Ink, the line"),
]
FIT_LINES = [
    {
        "label": "Food and drink maker",
        "evidence": "Industry, from the company register",
        "points": 18,
    },
    {"label": "200 to 1,000 people", "evidence": "610, checked 12 Nov", "points": 13},
    {"label": "Decides or signs", "evidence": "Title contains “VP”", "points": 12},
    {"label": "In a country you sell to", "evidence": "Sweden", "points": 6},
]
INTENT_LINES = [
    {"label": "Asked for a demo", "evidence": "Demo form, today 13:37", "points": 25},
    {"label": "Visited pricing 3 times", "evidence": "In the last 2 days", "points": 20},
    {"label": "Wrote from a free address", "evidence": "We kept the work address", "points": -5},
]
LANE = [
    {"label": stage.label, "note": note, "state": state, "side": side, "cross": stage == Stage.SQL}
    for stage, note, state, side in (
        (Stage.LEAD, "12 Nov", "done", Stage.LEAD.side),
        (Stage.MQL, "18 Nov, 49 pts", "done", Stage.MQL.side),
        (Stage.SQL, "Handed over 13:38", "done", Stage.SQL.side),
        (Stage.CLAIMED, "You, 14:13", "now", Stage.CLAIMED.side),
        (Stage.ACCEPTED, "needs BANT", "ahead", ""),
        (Stage.OPPORTUNITY, "", "ahead", ""),
        (Stage.WON, "", "ahead", ""),
    )
]
FUNNEL = [
    {"label": label, "count": count, "side": stage.side, "rate": rate, "share": count / 48.12}
    for stage, label, count, rate in (
        (Stage.LEAD, "Leads", 4812, "+6% on October"),
        (Stage.MQL, Stage.MQL.label, 1126, "23% of leads"),
        (Stage.SQL, Stage.SQL.label, 412, "37% of MQLs"),
        (Stage.CLAIMED, Stage.CLAIMED.label, 391, "95% of SQLs"),
        (Stage.ACCEPTED, Stage.ACCEPTED.label, 268, "69% of claimed"),
        (Stage.OPPORTUNITY, Stage.OPPORTUNITY.label, 141, "53% of accepted"),
        (Stage.WON, Stage.WON.label, 38, "27% of opportunities"),
    )
]
SOURCES = [
    {"name": name, "leads": leads, "sqls": sqls, "accepted": accepted, "share": share, "side": side}
    for name, leads, sqls, accepted, share, side in (
        ("Demo form", 412, 121, 98, 81, "sa"),
        ("Partner: Halden", 96, 38, 30, 79, "sa"),
        ("Organic search", 1240, 72, 45, 63, "sa"),
        ("Content: checklist", 1046, 33, 9, 27, "bad"),
    )
]
CHIPS = [
    {"label": "Stage is", "value": "SQL", "remove": "?stage="},
    {"label": "Score", "value": "70 or more", "remove": "?score="},
    {"label": "Country is", "value": "Sweden", "remove": "?country="},
]
FACTS = [
    ("Email", "maya@brightwater.example"),
    ("Phone", "+46 40 000 00 00"),
    ("Consent", "Sales contact, 13:37 today"),
    ("Speaks", "Swedish, English"),
]


class KitForm(forms.Form):
    """One field of each kind."""

    budget = forms.IntegerField(
        label="Budget in euros",
        help_text="For the first year.",
        # Not type=number, which would throw away what was typed.
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "Enter the budget as a number, like 45000"},
    )
    how = forms.ChoiceField(
        label="How", choices=[("call", "Call"), ("email", "Email"), ("meeting", "Meeting")]
    )
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=[("talked", "Talked"), ("message", "Left a message"), ("none", "No answer")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    later = forms.BooleanField(label="May come back later", required=False)


@require_GET
def kit(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    clocks = [
        {"started": now - timedelta(seconds=1800 - left), "due": now + timedelta(seconds=left)}
        for left in (1640, 412, -186)
    ]
    return render(
        request,
        "kit.html",
        {
            "nav": NAV,
            "swatches": SWATCHES,
            "stages": LIVING,
            "now": now,
            "clocks": clocks,
            "queue": _queue(clocks),
            "claimed_in": timedelta(minutes=12),
            "fit_lines": [line | {"kind": "fit"} for line in FIT_LINES],
            "intent_lines": [line | {"kind": "intent"} for line in INTENT_LINES],
            "lane": LANE,
            "funnel": FUNNEL,
            "sources": SOURCES,
            "sort": "-share",
            "chips": CHIPS,
            "facts": FACTS,
            "timeline": _timeline(),
            "form": KitForm({"budget": "about 45k", "how": "call", "outcome": "talked"}),
            "falling": [26, 24, 22, 18, 14, 11, 6, 4],
            "rising": [4, 6, 5, 9, 11, 10, 15, 19],
        },
    )


def _queue(clocks: list[dict]) -> list[dict]:
    """Rows of the rep's queue, most pressing first."""
    people = [
        ("Maya Lindqvist", "Brightwater Foods · VP Operations", 49, 40, 48_000, "Demo form",
         "Asked for a demo 34 min ago; 3 visits to pricing in 2 days"),
        ("Arjun Mehta", "Northline Freight · Head of Logistics", 49, 37, 62_000, "Demo form",
         "Asked for a demo; downloaded the ROI guide"),
        ("Kwame Boateng", "Volta Grid Services · COO", 48, 33, 120_000, "Partner: Halden",
         "Booked a call from the partner page"),
    ]  # fmt: skip
    names = ("name", "place", "fit", "intent", "value", "source", "why")
    rows = [dict(zip(names, person, strict=True)) for person in people]
    return [row | clock for row, clock in zip(rows, reversed(clocks), strict=True)]


def _timeline() -> list[dict]:
    """Two days of one lead, across the handoff."""
    today = timezone.localtime().replace(hour=14, minute=13, second=0, microsecond=0)
    before = today - timedelta(days=4)
    return [
        {
            "label": "",
            "entries": [
                {"side": "sa", "title": "You claimed this lead", "strong": True, "at": today,
                 "text": "35 min after handoff; the promise is 30"},
                {"kind": "handoff", "title": "Handed over to Sales at 13:38"},
                {"side": "mk", "title": "Became an SQL, 69 to 89", "strong": True,
                 "text": "Criteria v14", "at": today - timedelta(minutes=35)},
                {"side": "mk", "title": "Sent the demo form", "at": today - timedelta(minutes=36),
                 "quote": "We want to replace paper temperature logs before the spring audit."},
            ],
        },
        {
            "label": f"{before:%A} {before.day} {before:%B}",
            "entries": [
                {"side": "mk", "title": "Became an MQL, 0 to 49", "strong": True, "at": before,
                 "text": "Work email confirmed, company matched"},
            ],
        },
    ]  # fmt: skip

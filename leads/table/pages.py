"""The table of leads: found by words, narrowed by sentences, ordered, a page at a time."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Role
from funnel.stages import LIVING, Stage
from leadportal.db import compiled, paging
from leadportal.db.paging import Order, read_moment
from leadportal.db.shown import all_but
from leadportal.world.countries import country_code, country_name
from leads.models import Campaign, Company, Judgement, Lead, Source
from leads.table.filters import LeadFilter
from leads.table.rows import row

NEWEST = "-created"
ORDERS: Mapping[str, Order] = {
    "created": Order("created_at", read_moment),
    "score": Order("judgement__total", int),
    "moved": Order("stage_since", read_moment),
}
# A longer list is no longer one to choose from; the search finds the rest.
CHOICES = 200
# How many filters an empty page tries to do without.
TRIED = 3
# What the form of filters has a field for; what else narrows the list stays as it is.
_IN_THE_FORM = {
    *("stage", "source", "campaign", "last_source", "last_campaign"),
    *("owner", "country", "min_total", "created_since"),
}
_CALLED = ("first_name", "last_name", "email", "phone")
# What no row shows; to read it takes longer than what is shown.
_NOT_SHOWN = (
    *all_but(Lead, *_CALLED, "job_title", "stage", "stage_since", "created_at", "estimated_value"),
    *all_but(Judgement, "total", "fit", "intent", via="judgement__"),
    *all_but(Company, "name", via="company__"),
    *all_but(Source, "name", via="source__"),
    *all_but(User, "name", via="owner__"),
)


@require_safe
@permission_required(Action.OPEN_LEADS)
def lead_list(request: AuthenticatedRequest) -> HttpResponse:
    rows = Lead.objects.listed_for(request.user)
    filters = LeadFilter(request.GET, queryset=rows)
    # What cannot be understood narrows nothing, and its chip is not shown.
    found = filters.qs
    sort = _sort(request.GET)
    is_whole = _is_whole(request)
    page = paging.page(
        partial(_for_table, found, sort),
        _order(sort),
        request.GET,
        first=partial(compiled.fetch, _first_rows, sort) if is_whole else None,
    )
    offered = _choices(request.GET, request.user)
    chips = list(_sentences(request.GET, filters.form.cleaned_data, dict(offered["owners"])))
    walk = f"?{urlencode([('from', 'leads'), *_pairs(request.GET)])}"
    context = {
        "page": page,
        "rows": [row(lead, walk=walk, currency=request.portal.currency) for lead in page.rows],
        "sort": sort,
        "words": request.GET.get("search", ""),
        "chips": chips,
        "kept": [(name, value) for name, value in _pairs(request.GET) if name != "search"],
        "clear": "?",
        "may_add": policy.can(request.user, Action.EDIT_LEADS),
        "may_merge": policy.can(request.user, Action.MERGE_LEADS),
        "may_import": policy.can(request.user, Action.IMPORT_LEADS),
        **offered,
        **(
            _counted(
                compiled.count(_all_counted) if is_whole else paging.count_up_to(found), page, sort
            )
            if page.rows
            else _nothing(request.user, rows, chips, request.GET)
        ),
    }
    return render(request, "leads/table/leads.html", context)


def _is_whole(request: AuthenticatedRequest) -> bool:
    """Whether all leads are listed: nothing narrows them, nor who asks."""
    narrows = request.GET.keys() - {"sort", "after", "before"}
    return not narrows and request.user.has_role(*policy.SEES_EVERY_LEAD)


def _first_rows(sort: str) -> QuerySet[Lead]:
    return paging.first_rows(_for_table(Lead.objects.living(), sort), _order(sort))


def asked_for(user: User, query: QueryDict) -> tuple[QuerySet[Lead], Order]:
    """The rows of the table with this query string, and their order."""
    sort = _sort(query)
    rows = LeadFilter(query, queryset=Lead.objects.listed_for(user)).qs
    return _scored(rows, sort), _order(sort)


def _sort(query: QueryDict) -> str:
    sort = query.get("sort", "")
    return sort if sort.removeprefix("-") in ORDERS else NEWEST


def _order(sort: str) -> Order:
    one = ORDERS[sort.removeprefix("-")]
    return one.turned() if sort.startswith("-") else one


def _for_table(rows: QuerySet[Lead], sort: str) -> QuerySet[Lead]:
    """With what a row shows."""
    shown = _scored(rows, sort).select_related("company", "source", "owner", "judgement")
    return shown.defer(*_NOT_SHOWN)


def _scored(rows: QuerySet[Lead], sort: str) -> QuerySet[Lead]:
    """The order by score leaves out who has none yet."""
    by_score = sort.removeprefix("-") == "score"
    return rows.filter(judgement__total__isnull=False) if by_score else rows


def _all_counted() -> QuerySet[Any]:
    return paging.to_count(Lead.objects.living()).values_list("pk")


def _counted(count: int, page: paging.Page, sort: str) -> dict[str, str]:
    total = paging.count_label(count)
    note = ". Leads not scored yet are left out" if sort.removeprefix("-") == "score" else ""
    return {"summary": f"{len(page.rows)} of {total}{note}", "total": total}


# --- filters as sentences ----------------------------------------------------------------------


def _sentences(
    query: QueryDict, typed: Mapping[str, Any], owners: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """A chip per filter: "Country is Chile"; its link takes it away."""
    for name, (label, says) in SENTENCES.items():
        # A score of 0 narrows too: it leaves out who has none.
        if typed.get(name) not in (None, "", []):
            value = says(typed[name])
            value = owners.get(value, value) if name == "owner" else value
            yield {"name": name, "label": label, "value": value, "remove": _without(query, name)}


def _without(query: QueryDict, name: str) -> str:
    return paging.link(query, **{name: None})


def _stages(names: list[str]) -> str:
    return policy.listed([Stage(name).label for name in names], last="or")


def _reached(stage: Stage) -> str:
    """ "SQL or further" """
    return stage.label if stage == Stage.REJECTED else f"{stage.label} or further"


def _country(text: str) -> str:
    return country_name(country_code(text) or text)


def _day(at: Any) -> str:
    return f"{at.day} {at:%B %Y}"


SENTENCES: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "stage": ("Stage is", _stages),
    "reached": ("Was once", lambda name: _reached(Stage(name))),
    "not_understood": ("Said", lambda name: f"“{name.split('/', 2)[-1]}”, not understood"),
    "parked": ("Scoring", lambda _: "failed"),
    "source": ("Source is", str),
    "no_source": ("Source is", lambda missing: "not told" if missing else "told"),
    "campaign": ("Campaign is", str),
    "last_source": ("Last source is", str),
    "last_campaign": ("Last campaign is", str),
    "min_total": ("Score is at least", str),
    "max_total": ("Score is at most", str),
    "email": ("Email is", str),
    "phone": ("Phone is", str),
    "external_id": ("External id is", str),
    "country": ("Country is", _country),
    "company": ("Company is", str),
    "owner": ("Owner is", str),
    "queue": ("Waits in", str),
    "imported": ("New with import", str),
    "import_updated": ("Known to import", str),
    "created_since": ("Created since", _day),
    "created_until": ("Created before", _day),
    "updated_since": ("Changed since", _day),
    "updated_until": ("Changed before", _day),
}


def _pairs(query: QueryDict) -> list[tuple[str, str]]:
    """What a form has to carry on: all but where a page begins."""
    left_out = {"after", "before"}
    return [
        (name, value)
        for name, values in query.lists()
        for value in values
        if name not in left_out and value
    ]


def _choices(query: QueryDict, user: User) -> dict[str, Any]:
    """What the form of filters offers this person, with what is chosen now."""
    chosen = query.getlist("stage")

    def offered(what: Callable[..., QuerySet]) -> list[Any]:
        return compiled.fetch(what, tuple(sorted(user.roles)), reader=user.pk)

    return {
        "stages": [
            {"name": one.value, "label": one.label, "chosen": one.value in chosen} for one in LIVING
        ],
        "sources": [name for (name,) in offered(_sources)],
        "campaigns": [name for (name,) in offered(_campaigns)],
        "owners": offered(_owners),
        # With those not chosen: to look for what is not there is the slowest a template does.
        "chosen": dict.fromkeys(LeadFilter.base_filters, "") | query.dict(),
        "carried": [(name, value) for name, value in _pairs(query) if name not in _IN_THE_FORM],
    }


# Where leads come from and who holds them is told a rep by those they see.


def _sources(roles: tuple[str, ...], reader: int) -> QuerySet:
    return _named(Source.objects.standing(), roles, reader, "source", "last_source")


def _campaigns(roles: tuple[str, ...], reader: int) -> QuerySet:
    return _named(Campaign.objects.standing(), roles, reader, "campaign", "last_campaign")


def _named(rows: QuerySet, roles: tuple[str, ...], reader: int, *columns: str) -> QuerySet:
    seen = _seen_only_by(User(pk=reader, roles=[*roles]))
    rows = rows if seen is None else rows.filter(_any_of(seen, *columns))
    return rows.values_list("name")[:CHOICES]


def _owners(roles: tuple[str, ...], reader: int) -> QuerySet:
    people = User.objects.active().with_role(Role.SALES, Role.SALES_MANAGER)
    seen = _seen_only_by(User(pk=reader, roles=[*roles]))
    people = people if seen is None else people.filter(pk__in=seen.values("owner"))
    return people.values_list("email", "name")[:CHOICES]


def _seen_only_by(user: User) -> QuerySet[Lead] | None:
    """The leads somebody sees; None where that is all of them."""
    return None if user.has_role(*policy.SEES_EVERY_LEAD) else Lead.objects.visible_to(user)


def _any_of(seen: QuerySet[Lead], *columns: str) -> Q:
    """Is what one of these columns of the leads points to."""
    return reduce(or_, (Q(pk__in=seen.values(column)) for column in columns))


# --- nothing found -----------------------------------------------------------------------------


def _none_yet(user: User) -> dict[str, str]:
    """What the list is for, and where leads come from."""
    if not user.has_role(*policy.SEES_EVERY_LEAD):
        return {
            "empty_title": "No leads of yours yet",
            "empty_text": "Those handed to your queues are listed here, whatever became of them.",
            "empty_url": reverse("queue"),
            "empty_link": "Open the queue",
        }
    found = {
        "empty_title": "No leads yet",
        "empty_text": "Forms, ad platforms and other systems send them in, or a file brings them.",
    }
    if policy.can(user, Action.EDIT_INBOUND):
        return found | {"empty_url": reverse("inlets"), "empty_link": "Set up how they come in"}
    return found | {"empty_url": reverse("imports"), "empty_link": "Import your first file"}


def _nothing(
    user: User, rows: QuerySet[Lead], chips: list[dict[str, str]], query: QueryDict
) -> dict[str, str]:
    """What to do without to see some: "Remove Country is Chile to see 41." """
    if not chips and not query.get("search"):
        return _none_yet(user)
    best: tuple[int, dict[str, str]] | None = None
    for chip in chips[-TRIED:]:
        rest = query.copy()
        rest.pop(chip["name"])
        found = paging.count_up_to(LeadFilter(rest, queryset=rows).qs)
        if found and (best is None or found > best[0]):
            best = found, chip
    if best is None:
        return {"empty_title": "No lead matches", "empty_url": "?", "empty_link": "Show all"}
    number, chip = best
    return {
        "empty_title": "No lead matches",
        "empty_url": chip["remove"],
        "empty_link": f"Remove “{chip['label']} {chip['value']}” to see "
        f"{paging.count_label(number)}",
    }

"""What is read: lists, filtered, in one of the orders an index serves, one page by cursor; and
single records, with what tells whether they changed."""

import json
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Annotated, Any, Generic, TypedDict, TypeVar

from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django_filters import CharFilter, FilterSet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from leadportal.db.paging import Order
from leadportal.rest.problems import Problem

Rows = TypeVar("Rows", bound=QuerySet)

LIMIT, LIMIT_MAX = 50, 200
PAGING = frozenset({"cursor", "limit", "order"})
# None of a list's own, but the cursor: that of a first page may be blank.
ANY_TEXT = (CharFilter, type(None))
T = TypeVar("T")


class PageAnswer(TypedDict, Generic[T]):
    """Some of a list, and where it goes on."""

    results: list[T]
    next: Annotated[str | None, {"format": "uri"}]


def one_page(
    request: Request, rows: QuerySet, orders: dict[str, Order], show: Callable[[Any], Any]
) -> HttpResponse:
    """A Page of what is shown of each row; the first of `orders` is the default."""
    found, following = _piece(request, rows, orders)
    return JsonResponse({"results": [show(row) for row in found], "next": following})


def one_page_of_text(
    request: Request,
    rows: QuerySet,
    orders: dict[str, Order],
    show: Callable[[list[int]], Mapping[int, str]],
) -> HttpResponse:
    """The same where the database writes what is shown of each id, as text of JSON."""
    found, following = _piece(request, rows, orders, keys_only=True)
    texts = show([row.pk for row in found])
    # Who went between the two questions is not there any more.
    results = ",".join(texts[row.pk] for row in found if row.pk in texts)
    return json_text(f'{{"results":[{results}],"next":{json.dumps(following)}}}')


def json_text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/json")


def _piece(
    request: Request, rows: QuerySet, orders: dict[str, Order], *, keys_only: bool = False
) -> tuple[list[Any], str | None]:
    """The rows of a page, and the address of the next."""
    name = request.query_params.get("order", next(iter(orders)))
    if name not in orders:
        raise wrong_parameter(
            "order", "not_a_choice", f"One of these is needed: {', '.join(orders)}."
        )
    order = orders[name]
    if cursor := request.query_params.get("cursor"):
        if (place := order.place(cursor)) is None:
            raise wrong_parameter("cursor", "invalid", "Take the cursor from `next` as it is.")
        rows = order.beyond(rows, *place)
    if keys_only:
        rows = rows.values_list("pk", order.column, named=True)
    limit = _limit(request)
    found = list(order.apply(rows)[: limit + 1])
    following = _next_url(request, order.key(found[limit - 1])) if len(found) > limit else None
    return found[:limit], following


def unless_known(request: Request, shown: Mapping[str, Any]) -> HttpResponse:
    """One record with its ETag; 304 for who has it already, 412 for who expects another."""
    return unless_same(request, JsonResponse(shown))


def unless_same(request: Request, answer: HttpResponse) -> HttpResponse:
    """The same for an answer in another form than JSON."""
    tagged(answer)
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def tagged(answer: HttpResponse) -> HttpResponse:
    """With the tag of what it says, for who will ask or change it the next time."""
    answer["ETag"] = quote_etag(sha256(answer.content).hexdigest()[:32])
    return answer


def refuse_unless_read(request: Request, answer: HttpResponse) -> None:
    """Let only those change a record who read it as it is: 428 without a tag, 412 with another.

    `answer` is what reading it gives now, with the row locked.
    """
    if "If-Match" not in request.headers:
        raise Problem(
            428, "Read it first, and send its ETag as If-Match: no change of others gets lost."
        )
    if get_conditional_response(request, etag=tagged(answer)["ETag"]):
        raise Problem(412, "It has changed since you read it. Read it again, then change it.")


def narrowed(request: Request, filterset: type[FilterSet], rows: Rows) -> Rows:
    """The rows the query string asks for; an unknown name is an error and not a longer list."""
    unknown = request.query_params.keys() - filterset.base_filters.keys() - PAGING
    if unknown:
        raise wrong_parameter(min(unknown), "unknown_filter", "There is no such filter.")
    for name, value in request.query_params.items():
        # Of a text blank is an answer; elsewhere a variable was empty that should not have been.
        if value == "" and not isinstance(filterset.base_filters.get(name), ANY_TEXT):
            raise wrong_parameter(name, "blank", "Give a value, or leave it out.")
    filtered = filterset(request.query_params, rows, request=request)
    if not filtered.is_valid():
        name, messages = next(iter(filtered.errors.items()))
        raise wrong_parameter(name, "invalid", str(messages[0]))
    return filtered.qs


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", str(LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= LIMIT_MAX:
        raise wrong_parameter(
            "limit", "out_of_range", f"A number from 1 to {LIMIT_MAX} is needed here."
        )
    return int(asked)


def _next_url(request: Request, cursor: str) -> str:
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def wrong_parameter(name: str, code: str, detail: str) -> Problem:
    """The 400 to raise for a wrong query string."""
    error = {"parameter": name[:80], "code": code, "detail": detail}
    return Problem(400, f"{name[:80]}: {detail}", errors=[error])

"""Batches of 1,000 through the API against plain INSERTs of the very rows they wrote.

Bars: at least 35 % of the limit, for leads and for events. The product parses, checks, looks for
known people and companies, writes, marks who is to be judged and answers per item; the limit only
inserts the same rows, with the same indexes, triggers and foreign keys. It is the quickest of the
ways to insert 1,000 rows by one statement a table, whose text is ready before the clock starts;
COPY is no INSERT and stands beside it. Afterwards the rows of each way are compared with those of
the product.
"""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import _world

SIZE = 1000
OFFSET = 10**9
BAR = 0.35
TITLES = ("VP Operations", "Engineer", "Head of Logistics", "Buyer", "Marketing Manager")
COUNTRIES = ("DE", "Sweden", "US", "France", "BR")
TYPES = ("page_view", "page_view", "page_view", "email_open", "download")


def lead(n: int) -> dict[str, Any]:
    """One of new people, five to a company."""
    company = n // 5
    return {
        "external_id": f"crm-{n}",
        "email": f"first{n}.last{n}@firm{company}.example",
        "first_name": f"Zoë{n}",
        "last_name": f"Last{n}",
        "job_title": TITLES[n % 5],
        "phone": f"+4640{1000000 + n}",
        "company": {"name": f"Firm {company} GmbH", "employees": n % 5000},
        "country": COUNTRIES[n % 5],
        "source": f"Source {n % 8}",
        "campaign": f"Campaign {n % 12}",
        "attributes": {"tool": "Sheets", "seats": n % 300},
        "consent": {"marketing": True},
    }


def event(n: int) -> dict[str, Any]:
    """What one of known people did, as a website's tracker tells it."""
    who, type_ = 1 + n * 7919 % KNOWN, TYPES[n % 5]
    said = {
        "type": type_,
        "external_id": f"hit-{n}",
        "lead": {"email": f"p{who}@company{who % (KNOWN // 5)}.example"},
        "occurred_at": "2026-03-01T12:00:00Z",
    }
    if type_ == "page_view":
        said["properties"] = {"path": f"/product/{n % 40}", "seconds": n % 90}
    return said


# People whom events are of; set by the option --leads.
KNOWN = 20_000


def main() -> None:
    global KNOWN
    parser = _world.arguments(__doc__)
    parser.set_defaults(leads=KNOWN)
    options = parser.parse_args()
    KNOWN = options.leads
    with _world.database():
        from django.test import Client

        from accounts.keys import keys
        from accounts.models import Scope

        integration = keys.integration_named("Bench")
        _, plain = keys.create(integration, scopes=[Scope.LEADS_WRITE, Scope.EVENTS_WRITE])
        client = Client(headers={"Authorization": f"Bearer {plain}", "Host": "localhost"})
        _world.fill(KNOWN, options.events or KNOWN * 10)
        logging.disable(logging.WARNING)

        def post(name: str, body: bytes) -> None:
            answer = client.post(f"/api/v1/{name}/batch", body, "application/json")
            assert answer.status_code == 200, answer.content[:500]

        ratios = [
            compare("leads", lead, LEADS, post, options.runs * 3),
            compare("events", event, EVENTS, post, options.runs * 3),
        ]
    raise SystemExit(min(ratios) < BAR)


def compare(
    name: str,
    item: Callable[[int], dict[str, Any]],
    tables: dict[str, "Table"],
    post: Callable[[str, bytes], None],
    runs: int,
) -> float:
    """Print all rates, and give how much of the limit the product reaches."""
    ours: list[float] = []
    again: list[float] = []
    ways: dict[str, list[float]] = {way.__name__: [] for way in WAYS}
    for run in range(runs + 1):
        body = json.dumps({name: [item(run * SIZE + n) for n in range(SIZE)]}).encode()
        before = newest(name)
        took = _world.seconds(lambda body=body: post(name, body))
        if not run:
            continue  # names of sources, prepared statements
        ours.append(took)
        again.append(_world.seconds(lambda body=body: post(name, body)))
        # Turn about, as whoever comes first touches the pages first.
        for n in range(len(WAYS)):
            way = WAYS[(run + n) % len(WAYS)]
            copy = Copy(before + 1, newest(name), OFFSET * (run * len(WAYS) + n))
            ways[way.__name__].append(insert(tables, copy, way))
    rates = {way: SIZE / _world.median(took) for way, took in ways.items()}
    limit = max(rate for way, rate in rates.items() if way != COPY)
    rate = SIZE / _world.median(ours)
    for way, per_second in rates.items():
        mark = "limit" if per_second == limit else "     "
        print(f"{mark} {per_second:8,.0f} {name}/s  {way} of the same rows")
    print(f"ours  {rate:8,.0f} {name}/s  POST /{name}/batch, all new")
    print(f"      {SIZE / _world.median(again):8,.0f} {name}/s  the same again, nothing to write")
    ratio = rate / limit
    print(f"ratio {ratio:.0%} of the limit (bar {BAR:.0%}): {'ok' if ratio >= BAR else 'BELOW'}")
    return ratio


def newest(name: str) -> int:
    """The highest id that the product itself gave."""
    table = {"leads": "leads_lead", "events": "leads_event"}[name]
    return int(ask(f"SELECT coalesce(max(id), 0) FROM {table} WHERE id < {OFFSET}"))  # noqa: S608


# --- the same rows beside the product's ---------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Which rows a batch wrote, and what must differ where they stand a second time."""

    # With places for the first and last id of the batch.
    where: str
    shifted: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    keeps_id: bool = False


OF_LEADS = "lead_id BETWEEN {} AND {}"
LEADS = {
    "leads_company": Table(
        "id IN (SELECT company_id FROM leads_lead WHERE id BETWEEN {} AND {})",
        shifted=("id",),
        renamed=("domain", "match_key"),
        keeps_id=True,
    ),
    "leads_lead": Table(
        "id BETWEEN {} AND {}",
        shifted=("id", "company_id"),
        renamed=("email_key",),
        keeps_id=True,
    ),
    "leads_externalid": Table(OF_LEADS, shifted=("lead_id",), renamed=("value",)),
    "leads_stagechange": Table(OF_LEADS, shifted=("lead_id",)),
    "leads_consent": Table(OF_LEADS, shifted=("lead_id",)),
}
# An event's lead is the same one: it is known.
EVENTS = {
    "leads_event": Table(
        "id BETWEEN {} AND {}", shifted=("id",), renamed=("external_id",), keeps_id=True
    )
}


@dataclass(frozen=True)
class Copy:
    """The rows of one batch, `shift` further on."""

    first: int
    last: int
    shift: int

    def select(self, table: str, of: Table) -> str:
        """What stands beside the product's rows."""
        values = []
        for name in columns(table, of):
            if name in of.shifted:
                values.append(f"{name} + {self.shift} AS {name}")
            elif name in of.renamed:
                values.append(f"'x{self.shift}-' || {name} AS {name}")
            else:
                values.append(name)
        where = of.where.format(self.first, self.last)
        return f"SELECT {', '.join(values)} FROM {table} WHERE {where} ORDER BY {table}.id"  # noqa: S608

    def written(self, table: str, of: Table) -> str:
        where = of.where.format(self.first + self.shift, self.last + self.shift)
        return f"SELECT {', '.join(columns(table, of))} FROM {table} WHERE {where}"  # noqa: S608


def columns(table: str, of: Table) -> list[str]:
    from django.apps import apps

    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    names = [str(field.column) for field in model._meta.concrete_fields]
    return names if of.keeps_id else [name for name in names if name != "id"]


def insert(tables: dict[str, Table], copy: Copy, way: Callable[..., Callable[[], None]]) -> float:
    """Seconds that all inserts of a batch take, in one transaction; the rows must be the same."""
    from django.db import transaction

    ready = [way(table, columns(table, of), copy.select(table, of)) for table, of in tables.items()]

    def work() -> None:
        with transaction.atomic():
            for write in ready:
                write()

    with alone(tables):
        took = _world.seconds(work)
    for table, of in tables.items():
        wanted, found = f"({copy.select(table, of)})", f"({copy.written(table, of)})"
        differ = f"SELECT count(*) FROM ({wanted} EXCEPT ALL {found}) AS missing"  # noqa: S608
        counts = f"SELECT (SELECT count(*) FROM {wanted} a) - (SELECT count(*) FROM {found} b)"  # noqa: S608
        assert ask(differ) == ask(counts) == 0, f"{way.__name__} wrote other rows of {table}"
    return took


@contextmanager
def alone(tables: dict[str, Table]) -> Iterator[None]:
    if "leads_lead" not in tables:
        yield
        return
    with _world.leads_alone():
        yield


# --- ways to insert ---------------------------------------------------------------------------


def values(table: str, names: list[str], rows: str) -> Callable[[], None]:
    literals = ", ".join(f"quote_nullable({name}::text)" for name in names)
    rendered = ask(
        f"SELECT string_agg('(' || concat_ws(', ', {literals}) || ')', ', ') FROM ({rows}) AS s"  # noqa: S608
    )
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES {rendered}"  # noqa: S608
    return lambda: run(statement)


def json_recordset(table: str, names: list[str], rows: str) -> Callable[[], None]:
    listed = ", ".join(names)
    rendered = ask(f"SELECT quote_literal(json_agg(s)::text) FROM ({rows}) AS s")  # noqa: S608
    statement = (
        f"INSERT INTO {table} ({listed}) SELECT {listed} "  # noqa: S608
        f"FROM json_populate_recordset(NULL::{table}, {rendered})"
    )
    return lambda: run(statement)


def copy_from(table: str, names: list[str], rows: str) -> Callable[[], None]:
    from django.db import connection

    text = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({rows}) TO STDOUT", text)

    def write() -> None:
        text.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({', '.join(names)}) FROM STDIN", text)

    return write


# unnest of one array a column is as quick as VALUES, and has no place for a column of arrays.
WAYS = (values, json_recordset, copy_from)
COPY = copy_from.__name__


def run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def ask(question: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main()

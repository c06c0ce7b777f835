"""What requests cost with everything running: web, worker, PostgreSQL and Valkey, by the network.

Bars, on a quiet machine of two cores; medians of the runs:
 list     80 of all leads, newest: at most 10 ms CPU, p95 under 25 ms with one client, 150/s with 8
 pages    /leads and /queue: at most 12 ms CPU of the web process each
 post     one lead a request, idempotent, 8 clients: 60 % of a bare view that inserts one row, both
          without a worker beside; with it 400/s, and the judging done a second after the last
 claim    8 clients: 50 % of a bare view that marks one row
 memory   of all processes at most 350 MiB (PSS) at rest; flat: what load has taken, more load makes
          larger by 5 % at most, but for PostgreSQL's buffers, which fill up to `shared_buffers`
"""

import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, cycle
from typing import Any

import _world
import claim
from _product import Product, Request, Waited, drive, product

CLIENTS = 8
SECONDS = 3.0
# So that the yardstick goes as short a way; it asks for no key.
BARE_KEY = {"Authorization": "Bearer none"}
numbers = count(1)
Line = tuple[str, float, str, float]  # what, figure, unit, bar: at most, or at least if negative


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    # Counted as ever, and never refused.
    os.environ["API_RATE_PER_MINUTE"] = "10000000"
    lines: list[Line] = []
    with product() as running:
        at_rest = memory(running, "at rest")
        world = World(options.leads)
        print(f"{options.leads:,} leads judged in {until_judged():.0f} s")
        lines += lists_and_pages(running, world, options.runs)
        with _world.web(_world.BARE) as bare:
            lines += posts(running, world, bare, options.runs)
            lines += claims(running, world, bare, options.runs)
            # The same before each look, so that the same connections and plans are there.
            again(running, world)
            after = memory(running, "after load")
            again(running, world)
            later = memory(running, "after more of it")
    lines += [
        ("memory at rest", at_rest.total(), "MiB", 350),
        ("memory more of it takes", 100 * (own(later) / own(after) - 1), "%", 5),
    ]
    below = [show(*line) for line in lines]
    raise SystemExit(any(below))


class World:
    """Leads, two people with a session, reps, and a key that may do everything."""

    def __init__(self, leads: int) -> None:
        from accounts.keys import keys
        from accounts.models import Portal, Scope, User
        from funnel.models import Queue, QueueMember

        Portal.objects.update_or_create(pk=1, defaults={"held_limit": claim.LIMIT})
        self.queue = Queue.default()
        self.reps = User.objects.bulk_create(
            User(email=f"rep-{n}@bench.example", name=f"Rep {n}", roles=["sales"])
            for n in range(claim.REPS)
        )
        QueueMember.objects.bulk_create(
            QueueMember(queue=self.queue, user=rep) for rep in self.reps
        )
        _, plain = keys.create(keys.integration_named("Bench"), scopes=list(Scope.values))
        self.key = {"Authorization": f"Bearer {plain}"}
        self.manager = session_of(
            User.objects.create(email="head@bench.example", name="Head", roles=["sales_manager"])
        )
        self.rep = session_of(self.reps[0])
        # Last: from here on the worker is at it, and holds what it makes.
        _world.fill(leads, 0)


def session_of(user: Any) -> dict[str, str]:
    from django.test import Client

    client = Client()
    client.force_login(user)
    name, cookie = next(iter(client.cookies.items()))
    return {"Cookie": f"{name}={cookie.value}", "Accept-Encoding": "gzip"}


def again(running: Product, world: World) -> None:
    """Of everything once more, to see whether memory grows with use."""
    for path, headers in (("/api/v1/leads?limit=80", world.key), ("/leads", world.manager)):
        drive(running.port, fixed("GET", path, headers), clients=CLIENTS, seconds=SECONDS)
    drive(running.port, partial(new_lead, world.key), clients=CLIENTS, seconds=SECONDS)
    until_judged()


def memory(running: Product, when: str) -> Counter[str]:
    """MiB of each kind, once nobody is busy; prints what each kind of process has of it."""
    time.sleep(3)
    used = running.memory()
    parts = ", ".join(f"{kind} {number:.0f}" for kind, number in used.most_common())
    print(f"memory {when}: {used.total():.0f} MiB ({parts})")
    return used


def own(used: Counter[str]) -> float:
    return used.total() - used["buffers"]


def until_judged() -> float:
    """Seconds until no lead is due."""
    from leads.judging.due import oldest_due

    began = time.perf_counter()
    while oldest_due() is not None:
        time.sleep(0.02)
    return time.perf_counter() - began


# --- reading -----------------------------------------------------------------------------------


def lists_and_pages(running: Product, world: World, runs: int) -> Iterator[Line]:
    get = partial(fixed, "GET")
    listed = get("/api/v1/leads?limit=80", world.key)
    cpu, waited = one_by_one(running, listed, runs)
    yield "API list, CPU", cpu, "ms", 10
    yield "API list, p50", waited.p50, "ms", 25
    yield "API list, p95", waited.p95, "ms", 25
    rates = [drive(running.port, listed, clients=CLIENTS, seconds=SECONDS) for _ in range(runs)]
    yield "API list, 8 clients", _world.median([one.rate for one in rates]), "/s", -150
    claim.reopen(world.queue)
    for path, session in (("/leads", world.manager), ("/queue", world.rep)):
        cpu, waited = one_by_one(running, get(path, session), runs)
        yield f"{path}, CPU", cpu, "ms", 12
        yield f"{path}, p95", waited.p95, "ms", 50


def fixed(method: str, path: str, headers: dict[str, str]) -> Callable[[], Request]:
    return lambda: (method, path, b"", headers)


def one_by_one(running: Product, request: Callable[[], Request], runs: int) -> tuple[float, Waited]:
    """CPU of the web process for one answer in ms, and the run with the median p95."""
    drive(running.port, request, clients=4, most=40)
    cpu, all_waited = [], []
    for _ in range(runs):
        before = running.cpu("web")
        waited = drive(running.port, request, clients=1, seconds=SECONDS)
        cpu.append((running.cpu("web") - before) * 1000 / len(waited.each))
        all_waited.append(waited)
    all_waited.sort(key=lambda waited: waited.p95)
    return _world.median(cpu), all_waited[len(all_waited) // 2]


# --- writing -----------------------------------------------------------------------------------


def posts(running: Product, world: World, bare: int, runs: int) -> Iterator[Line]:
    send = partial(new_lead, world.key)
    times = {"clients": CLIENTS, "seconds": SECONDS}
    limit, alone, beside, behind = [], [], [], []
    for _ in range(runs):
        with running.stopped("worker"):
            with _world.leads_alone():
                limit.append(drive(bare, bare_lead, **times).rate)
            forget_bare_leads()
            alone.append(drive(running.port, send, **times).rate)
        until_judged()
        waited = drive(running.port, send, **times)
        beside.append(waited)
        behind.append(until_judged())
    yield "POST, bare view", statistics.median(limit), "/s", 0
    yield "POST /leads", statistics.median(alone), "/s", 0
    yield (
        "POST /leads, of bare",
        100 * statistics.median(alone) / statistics.median(limit),
        "%",
        -60,
    )
    yield "POST and judging", statistics.median(one.rate for one in beside), "/s", -400
    yield "POST and judging, p95", statistics.median(one.p95 for one in beside), "ms", 50
    yield "judging behind by", statistics.median(behind), "s", 1


def forget_bare_leads() -> None:
    """They have no beginning in the ledger: a worker could judge none of them."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, lead in (("leads_judgement", "lead_id"), ("leads_lead", "id")):
            cursor.execute(
                f"DELETE FROM {table} WHERE {lead} IN "  # noqa: S608 - constants
                "(SELECT id FROM leads_lead WHERE phone LIKE '+49%')"
            )


def new_lead(key: dict[str, str]) -> Request:
    import json

    n = next(numbers)
    lead = {
        "external_id": f"crm-{n}",
        "email": f"p{n}@firm{n % 500}.example",
        "first_name": "Zoë",
        "job_title": "VP Operations",
        "company": f"Firm {n % 500}",
        "source": "Demo form",
        "consent": {"marketing": True},
    }
    headers = key | {"Content-Type": "application/json", "Idempotency-Key": f"key-{n}"}
    return "POST", "/api/v1/leads", json.dumps(lead).encode(), headers


def bare_lead() -> Request:
    return "POST", "/api/v1/bare", b"", BARE_KEY | {"X-Number": f"+49{next(numbers)}"}


def claims(running: Product, world: World, bare: int, runs: int) -> Iterator[Line]:
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(runs):
        claim.reopen(world.queue)
        asked = waiting(world, lambda pk, rep: bare_claim(pk, rep.pk))
        rates["bare"].append(drive(bare, asked, clients=CLIENTS).rate)
        claim.reopen(world.queue)
        asked = waiting(world, lambda pk, rep: our_claim(world.key, pk, rep.email))
        rates["ours"].append(drive(running.port, asked, clients=CLIENTS).rate)
    limit, took = (statistics.median(measured) for measured in rates.values())
    yield "claim, bare view", limit, "/s", 0
    yield "claim", took, "/s", 0
    yield "claim, of bare", 100 * took / limit, "%", -50


def waiting(world: World, request: Callable[[int, Any], Request]) -> Callable[[], Request | None]:
    """One request for each handoff that waits, each for another rep; then None."""
    from leads.models import Handoff

    left = iter(list(Handoff.objects.open().order_by("due_at").values_list("pk", flat=True)))
    reps = cycle(world.reps)

    def asked() -> Request | None:
        pk = next(left, None)
        return request(pk, next(reps)) if pk else None

    return asked


def our_claim(key: dict[str, str], pk: int, email: str) -> Request:
    body = f'{{"rep": "{email}"}}'.encode()
    return "POST", f"/api/v1/handoffs/{pk}/claim", body, key | {"Content-Type": "application/json"}


def bare_claim(pk: int, rep: int) -> Request:
    return "POST", f"/api/v1/bare/{pk}/claim", b"", BARE_KEY | {"X-Rep": str(rep)}


def show(what: str, figure: float, unit: str, bar: float) -> bool:
    """Print one line; whether it misses its bar, of which 0 means none."""
    below = bar != 0 and (figure < -bar if bar < 0 else figure > bar)
    asked = f"  (bar {abs(bar):.0f}: {'BELOW' if below else 'ok'})" if bar else ""
    print(f"{what:<24}{figure:9,.1f} {unit:<4}{asked}")
    return below


if __name__ == "__main__":
    main()

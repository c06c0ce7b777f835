"""One lead per request from eight clients against a bare Django view that inserts one row.

Both run under gunicorn as the product does, on one database with its durable settings. Ours has an
Idempotency-Key. Bar: at least 40 % of the bare view's requests/s; p95 under 50 ms.
"""

import http.client
import json
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import _world

CLIENTS = 8
SECONDS = 4.0
BAR, P95_MS = 0.40, 50
numbers = count(1)
Request = tuple[str, bytes, dict[str, str]]


def bare() -> Request:
    return "/bare", b"", {"X-Number": f"+49{next(numbers)}"}


def ours(plain: str) -> Callable[[], Request]:
    def request() -> Request:
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
        headers = {
            "Authorization": f"Bearer {plain}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"key-{n}",
        }
        return "/api/v1/leads", json.dumps(lead).encode(), headers

    return request


def drive(port: int, request: Callable[[], Request]) -> list[float]:
    """What eight clients at once waited for each answer, for some seconds; in ms."""
    end = time.perf_counter() + SECONDS

    def client(_: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        waited = []
        while (began := time.perf_counter()) < end:
            path, body, headers = request()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 201, content[:300]
            waited.append((time.perf_counter() - began) * 1000)
        return waited

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [wait for waits in pool.map(client, range(CLIENTS)) for wait in waits]


def main() -> None:
    options = _world.arguments(__doc__).parse_args()
    # Counted as ever, and never refused.
    os.environ["API_RATE_PER_MINUTE"] = "10000000"
    with _world.database():
        from accounts.keys import keys
        from accounts.models import Scope
        from leadportal.local import valkey

        integration = keys.integration_named("Bench")
        _, plain = keys.create(integration, scopes=[Scope.LEADS_WRITE])
        _world.fill(min(options.leads, 20_000), 0)
        broker = valkey.start_valkey(Path(os.environ["DATA_DIR"]))
        rates: dict[str, list[float]] = {"bare": [], "ours": []}
        waits: list[float] = []
        with _world.web("_bare") as bare_port, _world.web("leadportal.settings") as port:
            with _world.leads_alone():
                drive(bare_port, bare)
            drive(port, ours(plain))
            for _ in range(options.runs):
                with _world.leads_alone():
                    rates["bare"].append(len(drive(bare_port, bare)) / SECONDS)
                waited = drive(port, ours(plain))
                rates["ours"].append(len(waited) / SECONDS)
                waits.append(statistics.quantiles(waited, n=20)[-1])
        broker.stop()
    limit, took = _world.median(rates["bare"]), _world.median(rates["ours"])
    p95, ratio = _world.median(waits), took / limit
    good = ratio >= BAR and p95 < P95_MS
    print(f"limit {limit:6,.0f} requests/s  a bare view that inserts one row")
    print(f"ours  {took:6,.0f} requests/s  POST /leads, idempotent; p95 {p95:.0f} ms")
    print(f"ratio {ratio:.0%} (bar {BAR:.0%}, p95 {P95_MS} ms): {'ok' if good else 'BELOW'}")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()

"""First events of people of one large company, while everybody is rescored, all running.

The criteria count active colleagues, so each first event changes how all of the company are judged.
Eight senders post 64 such events at once. Bars: none refused, p95 of the answers under 100 ms, and
within 10 s everybody of the company has the right count.
"""

import json
import os
import signal
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import _world
from _client import Client

COMPANY = 10_000
SENDERS, EVENTS = 8, 64
ANSWERED, RIGHT = 0.1, 10.0


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    leads = max(options.leads, 2 * COMPANY)
    with _world.database():
        from accounts.keys import keys
        from accounts.models import Scope
        from leadportal.local import processes, valkey
        from leads.judging import due

        _world.fill(leads, leads)
        with_colleagues()
        _sql("UPDATE leads_lead SET company_id = 1 WHERE id <= %s", [COMPANY])
        # Nobody there did anything yet: past the trigger that keeps history.
        _sql("SET session_replication_role = replica", [])
        _sql("DELETE FROM leads_event WHERE lead_id <= %s", [COMPANY])
        _sql("RESET session_replication_role", [])
        _sql("VACUUM ANALYZE")
        due.drain()
        _, plain = keys.create(keys.integration_named("Bench"), scopes=[Scope.EVENTS_WRITE])
        folder = Path(os.environ["DATA_DIR"])
        broker = valkey.start_valkey(folder)
        command = [sys.executable, "-m", "celery", "-A", "leadportal", "worker", "-B"]
        command += ["-l", "error", "--schedule", str(folder / "beat")]
        env = os.environ | {"LEADPORTAL_PROCESS": "worker"}
        worker = processes.spawn(
            "worker", command, log=folder / "worker.log", env=env, orphan_signal=signal.SIGKILL
        )
        try:
            with _world.web("leadportal.settings") as port:
                time.sleep(3)
                missed = measure(port, plain, leads)
        finally:
            worker.stop()
            broker.stop()
    raise SystemExit(missed)


def with_colleagues() -> None:
    """The shipped criteria and one rule on active colleagues, live."""
    from funnel.versions import current

    live = current.live()
    asked = {"id": "near-1", "fact": "colleagues_active", "op": "at_least", "value": EVENTS}
    rule = {"id": "near", "label": "Colleagues are active", "kind": "intent", "points": 3}
    content = live.content | {
        "rules": [*live.content["rules"], rule | {"when": asked | {"within_days": 30}}]
    }
    _world.switch_on(content)


def measure(port: int, plain: str, leads: int) -> int:
    headers = {"Authorization": f"Bearer {plain}", "Content-Type": "application/json"}
    local, answers = threading.local(), []

    def post(number: int) -> None:
        if not hasattr(local, "connection"):
            local.connection = Client(port)
        body = json.dumps({"type": "chat", "lead": {"id": number}}).encode()
        began = time.perf_counter()
        status, _ = local.connection.ask("POST", "/api/v1/events", body, headers)
        answers.append((status, time.perf_counter() - began))

    # Each thread of the web has connected by then.
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(post, range(COMPANY + 1, COMPANY + 10 * SENDERS)))
    answers.clear()
    _sql("INSERT INTO leads_news (lead_id, at) SELECT lead_id, now() FROM leads_judgement")
    time.sleep(1)
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(post, range(1, EVENTS + 1)))
    took = time.perf_counter() - began
    # All but those that did something have 64 active colleagues; these have 63.
    right = (
        "SELECT count(*) FILTER (WHERE points[cardinality(points)] = 3), count(*) "
        "FROM leads_judgement WHERE lead_id BETWEEN %s AND %s"
    )
    while time.perf_counter() - began < 60:
        ((have, people),) = _sql(right, [EVENTS + 1, COMPANY])
        if have == people:
            break
        time.sleep(0.1)
    waited = time.perf_counter() - began - took
    refused = sum(status != 201 for status, _ in answers)
    p95 = statistics.quantiles([seconds for _, seconds in answers], n=20)[-1]
    print(f"a company of {COMPANY:,} among {leads:,} leads that are all rescored meanwhile")
    print(f"{EVENTS} first events by {SENDERS} senders in {took:.2f} s: {refused} refused (bar 0)")
    print(f"answers: p95 {p95 * 1000:.0f} ms (bar {ANSWERED * 1000:.0f} ms)")
    print(f"all {people:,} right after {waited:.1f} s (bar {RIGHT:.0f} s)")
    return bool(refused or p95 >= ANSWERED or waited >= RIGHT or have < people)


def _sql(text: str, values: object = None) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


if __name__ == "__main__":
    main()

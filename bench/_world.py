"""A throw-away database with a believable spread of leads and events, for the bench scripts."""

import argparse
import math
import os
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# In place of the folder of the scripts, which goes behind the installed packages: requests.py must
# not stand for the library of that name.
sys.path.append(sys.path[0])
sys.path[0] = str(ROOT)
BARE = "bench._bare"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadportal.settings")


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=0, help="default: ten a lead")
    parser.add_argument("--runs", type=int, default=3)
    return parser


@contextmanager
def database() -> Iterator[None]:
    """Our own PostgreSQL, with its durable settings, migrated and empty; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="leadportal-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        from leadportal import collector
        from leadportal.local import owner

        with owner.attach_or_start(Path(folder), valkey=False):
            import django
            from django.core.management import call_command
            from django.db import connection

            django.setup()
            as_owner()
            call_command("migrate", verbosity=0)
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
                cursor.execute("SET idle_in_transaction_session_timeout = 0")
            # A million leads by one statement: nobody here takes that for a frozen server.
            connection.connection.seconds = math.inf
            # As in the product's own processes.
            collector.settle()
            yield
            connection.close()


def as_owner() -> None:
    """From its next connection on this process fills and empties tables as it likes."""
    from django.db import connection

    from leadportal.local import postgres

    connection.settings_dict["USER"] = postgres.DATABASE


@contextmanager
def web(settings: str) -> Iterator[int]:
    """The product's own web process, with these settings, on a free port."""
    from leadportal.local import processes
    from leadportal.probe import answers

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": str(ROOT),
        "LEADPORTAL_PROCESS": "web",
        "PORT": str(port),
    }
    log = Path(os.environ["DATA_DIR"]) / f"{settings}.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:leadportal.gunicorn"]
    process = processes.spawn(settings, command, log=log, env=env, orphan_signal=signal.SIGKILL)
    try:
        ready = "/api/v1/bare" if settings == BARE else "/healthz"
        processes.wait_until(lambda: answers(f"http://127.0.0.1:{port}{ready}"), process, log)
        yield port
    finally:
        process.stop()


LEADS = """
WITH made AS (
INSERT INTO leads_lead (email, email_key, email_kind, phone, first_name, last_name, job_title,
    job_title_key, country, city, city_key, company_id, attributes, attribute_keys, consent,
    search_key, created_at, updated_at, stage, stage_since, cycle)
SELECT 'p' || n || '@company' || n %% %(companies)s || '.example',
       'p' || n || '@company' || n %% %(companies)s || '.example',
       (ARRAY['work','work','work','free','role'])[1 + n %% 5], '', 'First' || n, 'Last' || n,
       t.title, ' ' || lower(t.title) || ' ', (ARRAY['DE','SE','US','IN','BR'])[1 + n %% 5], '',
       '', 1 + n %% %(companies)s,
       CASE WHEN n %% 6 = 0 THEN '{"purchase_timeline": "This quarter"}' ELSE '{}' END::jsonb,
       jsonb_build_object('first_name', ' first' || n || ' ', 'last_name', ' last' || n || ' '),
       CASE WHEN n %% 3 > 0 THEN '{"marketing": true}' ELSE '{}' END::jsonb,
       'first' || n || ' last' || n, now() - n %% 365 * interval '1 day', now(), 'inquiry', now(), 1
FROM generate_series(%(first)s, %(last)s) AS n,
LATERAL (SELECT (ARRAY['VP Operations','Engineer','Head of Logistics','Student','Buyer',
    'Marketing Manager','Sales Director','Analyst'])[1 + n * 7 %% 8] AS title) t
RETURNING id, created_at)
INSERT INTO leads_stagechange (lead_id, origin, target, at, actor, reason, cycle)
SELECT id, '', 'inquiry', created_at, 'integration', '', 1 FROM made
"""
COMPANIES = """
INSERT INTO leads_company (name, name_key, match_key, domain, industry, industry_key, employees,
    country, created_at)
SELECT 'Company ' || n, ' company ' || n || ' ', ' company ' || n || ' ',
       'company' || n || '.example', '', '', CASE WHEN n %% 4 > 0 THEN n * 37 %% 5000 END, '', now()
FROM generate_series(%(first)s, %(last)s) AS n
"""
EVENTS = """
INSERT INTO leads_event (lead_id, type, occurred_at, received_at, properties, property_keys,
    external_id)
SELECT 1 + (hashint8(n) & 2147483647)::bigint %% %(leads)s, t.type, m.at, m.at, '{}'::jsonb,
       CASE WHEN t.type = 'page_view'
            THEN jsonb_build_object('path', CASE WHEN n %% 5 = 0 THEN ' / pricing '
                                                 ELSE ' / product ' END)
            ELSE '{}' END::jsonb, ''
FROM generate_series(%(first)s, %(last)s) AS n,
LATERAL (SELECT now() - (hashint8(n * 31) & 2147483647)::bigint %% (120 * 86400)
                * interval '1 second' AS at) m,
LATERAL (SELECT (ARRAY['page_view','page_view','page_view','page_view','email_open','email_open',
    'email_click','download','webinar_attended','chat','webinar_signup','demo_request'])
    [1 + (hashint8(n * 17) & 2147483647)::bigint %% 12] AS type) t
"""


FILLED_AT_ONCE = 200_000


def fill(leads: int, events: int) -> None:
    """Leads of five to a company, and events of the last 120 days, twelve types, unevenly."""
    from django.db import connection

    companies = max(1, leads // 5)
    sizes = {"leads": leads, "companies": companies}
    with connection.cursor() as cursor:
        for statement, rows in ((COMPANIES, companies), (LEADS, leads), (EVENTS, events)):
            # A statement remembers every row for what it has to check at its end.
            for first in range(1, rows + 1, FILLED_AT_ONCE):
                last = min(rows, first + FILLED_AT_ONCE - 1)
                cursor.execute(statement, sizes | {"first": first, "last": last})
        cursor.execute("VACUUM ANALYZE")


def switch_on(content: dict[str, Any]) -> None:
    """Have both departments sign criteria, and these decide; nobody is judged by them yet."""
    from accounts.models import User
    from accounts.roles import Role, Side
    from funnel.versions import editing, signing, switching

    version = editing.propose(editing.draft(content, author=None))
    for side, role in (
        (Side.MARKETING, Role.MARKETING_MANAGER),
        (Side.SALES, Role.SALES_MANAGER),
    ):
        known = {"name": side, "roles": [role]}
        head, _ = User.objects.get_or_create(email=f"{side}@bench.example", defaults=known)
        signing.sign(version, head, side)
    switching.switch_on(version)


@contextmanager
def leads_alone() -> Iterator[None]:
    """A yardstick inserts leads as no verb of ours may: without a row of the ledger beside."""
    from django.db import connection

    def switch(state: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE leads_lead {state} TRIGGER leads_lead_begins")

    switch("DISABLE")
    yield
    switch("ENABLE")


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(values: list[float]) -> float:
    return statistics.median(values)

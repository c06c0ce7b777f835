"""Batches of 1,000 leads through the API against plain INSERTs of the very rows they wrote.

Bar: at least 35 % of the limit. The product parses, checks, looks for known people and companies,
writes ledger, consent and external ids, and answers per item; the limit only inserts.
"""

import json
import logging

import _world

SIZE = 1000
OFFSET = 10**9
BAR = 0.35
TITLES = ("VP Operations", "Engineer", "Head of Logistics", "Buyer", "Marketing Manager")
COUNTRIES = ("DE", "Sweden", "US", "France", "BR")


def payload(batch: int) -> bytes:
    """A batch of new people, five to a company."""
    return json.dumps({"leads": [lead(batch * SIZE + n) for n in range(SIZE)]}).encode()


def lead(n: int) -> dict:
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


def main() -> None:
    parser = _world.arguments(__doc__)
    parser.set_defaults(leads=20_000)
    options = parser.parse_args()
    with _world.database():
        from django.db import connection
        from django.test import Client

        from accounts.keys import keys
        from accounts.models import Scope

        integration = keys.integration_named("Bench")
        _, plain = keys.create(integration, scopes=[Scope.LEADS_WRITE])
        client = Client(headers={"Authorization": f"Bearer {plain}", "Host": "localhost"})
        _world.fill(options.leads, 0)

        def post(body: bytes) -> None:
            answer = client.post("/api/v1/leads/batch", body, "application/json")
            assert answer.status_code == 200, answer.content[:500]

        logging.disable(logging.WARNING)
        post(payload(0))
        ours, limit, known = [], [], []
        for batch in range(1, options.runs * 3 + 1):
            with connection.cursor() as cursor:
                cursor.execute("SELECT max(id) FROM leads_lead WHERE id < %s", [OFFSET])
                newest = cursor.fetchone()[0]
            body = payload(batch)
            ours.append(_world.seconds(lambda body=body: post(body)))
            known.append(_world.seconds(lambda body=body: post(body)))
            rows = rows_since(newest)
            with _world.leads_alone():
                limit.append(_world.seconds(lambda rows=rows: insert(rows)))
    took, floor, again = (_world.median(values) for values in (ours, limit, known))
    print(f"limit {SIZE / floor:8,.0f} leads/s  plain INSERTs of the same rows")
    print(f"ours  {SIZE / took:8,.0f} leads/s  POST /leads/batch, all new")
    print(f"      {SIZE / again:8,.0f} leads/s  the same batch again, nothing to write")
    ratio = floor / took
    print(f"ratio {ratio:.0%} of the limit (bar {BAR:.0%}): {'ok' if ratio >= BAR else 'BELOW'}")
    raise SystemExit(ratio < BAR)


# The tables a batch writes, and which of their rows are the batch's.
TABLES = {
    "leads_company": "id IN (SELECT company_id FROM leads_lead WHERE id BETWEEN %s AND %s)",
    "leads_lead": "id BETWEEN %s AND %s",
    "leads_externalid": "lead_id BETWEEN %s AND %s",
    "leads_stagechange": "lead_id BETWEEN %s AND %s",
    "leads_consent": "lead_id BETWEEN %s AND %s",
}
# Made different, so that the rows can stand beside the product's.
SHIFTED = {"lead_id", "company_id"}
RENAMED = {
    "leads_company": {"domain", "match_key"},
    "leads_lead": {"email_key"},
    "leads_externalid": {"value"},
}


def rows_since(newest: int) -> dict[str, tuple[list[str], list[tuple]]]:
    from django.db import connection
    from psycopg2.extras import Json

    rows = {}
    for table, where in TABLES.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE {where}", [newest + 1, OFFSET])  # noqa: S608 - constants
            columns = [column.name for column in cursor.description]
            found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        keeps_id = table in {"leads_company", "leads_lead"}
        for row in found:
            for name in SHIFTED & row.keys():
                row[name] += OFFSET
            for name in RENAMED.get(table, ()):
                row[name] = f"x{row[name]}"
            for name, value in row.items():
                if name in {"attributes", "attribute_keys", "consent"}:
                    row[name] = Json(json.loads(value))
            row["id"] += OFFSET
        kept = [name for name in columns if name != "id" or keeps_id]
        rows[table] = (kept, [tuple(row[name] for name in kept) for row in found])
    return rows


def insert(rows: dict[str, tuple[list[str], list[tuple]]]) -> None:
    from django.db import connection, transaction
    from psycopg2.extras import execute_values

    with transaction.atomic(), connection.cursor() as cursor:
        for table, (columns, values) in rows.items():
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES %s"  # noqa: S608
            execute_values(cursor, statement, values, page_size=SIZE)


if __name__ == "__main__":
    main()

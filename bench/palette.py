"""What it takes to find a lead by the palette: one person who types, by the network.

Names, companies, mails and phone numbers as people have them, a thousand first names by a thousand
last ones; a rep whose queue has had a fifth of all leads. Bars for 100,000 leads, medians of the
answers: 80 ms for each question, whoever asks.
"""

import os
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import _world
from _product import Request, drive

BAR_MS, BAR_LEADS = 80, 100_000
ASKED_EACH = 15
# How a name is made of a number: two syllables of so many, so that parts of it are frequent too.
NAMED = """
UPDATE leads_lead l SET first_name = n.first, last_name = n.last, phone = n.phone,
    search_key = lower(n.first || ' ' || n.last) || ' ' || n.email || ' ' || lower(n.company)
        || ' ' || substr(n.phone, 2)
FROM (
    SELECT m.id, m.email, c.name AS company,
           initcap(s[1 + m.id %% 32] || t[1 + m.id / 32 %% 32]) AS first,
           initcap(t[1 + m.id * 7 %% 32] || s[1 + m.id * 13 / 32 %% 32] || 'sen') AS last,
           '+4940' || lpad((m.id * 7919 %% 10000000)::text, 7, '0') AS phone
    FROM leads_lead m JOIN leads_company c ON c.id = m.company_id,
         string_to_array(%(first)s, ' ') s, string_to_array(%(second)s, ' ') t
) n
WHERE n.id = l.id
"""
FIRST = (
    "ma jo an pe so ki la ru be da fi ga ha in ka li "
    "mi no ol pa qu ra sa ta ul va wi xe ya zo el ed"
)
SECOND = (
    "ya na ren ter fie an rs th a vid nn by ns es rl sa "
    "lo ra af ul in ch ra ya la le ll na n ra sa gar"
)
HANDED = """
INSERT INTO leads_handoff (lead_id, queue_id, version_id, state, cycle, fit, intent, total, line,
    reasons, why, opened_at, due_at, closed_at, outcome, note)
SELECT l.id, %s, (SELECT id FROM funnel_criteriaversion LIMIT 1), 'closed', 1, 40, 40, 80, 70, '[]',
    '', l.created_at, l.created_at, now(), 'withdrawn', ''
FROM leads_lead l WHERE l.id %% 5 = 0
"""
QUESTIONS = {
    "opened": "",
    "one letter": "m",
    "two letters": "an",
    "a frequent part": "sen",
    "a first name": "maya",
    "a full name": "Maya Nnmasen",
    "a company": "company 4711",
    "a mail": "p4711@company4711.example",
    "a phone number": "040 / 123 45",
    "nobody": "xyzzy",
}


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    with _world.database():
        people = prepare(options.leads)
        bar = BAR_MS * max(1, options.leads / BAR_LEADS)
        with _world.web("leadportal.settings") as port:
            missed = [
                ask(port, who, what, session, question, options.runs) > bar
                for who, session in people.items()
                for what, question in QUESTIONS.items()
            ]
    print(f"bar {bar:.0f} ms: {sum(missed)} of {len(missed)} above it")
    raise SystemExit(any(missed))


def prepare(leads: int) -> dict[str, dict[str, str]]:
    """Fill the database; the sessions of a manager and of a rep."""
    from django.db import connection

    from accounts.models import User
    from funnel.models import Queue, QueueMember

    os.environ.setdefault("API_RATE_PER_MINUTE", "10000000")
    _world.fill(leads, 0)
    queue = Queue.default()
    with connection.cursor() as cursor:
        cursor.execute(NAMED, {"first": FIRST, "second": SECOND})
        cursor.execute(HANDED, [queue.pk])
        cursor.execute("VACUUM ANALYZE")
    head = User.objects.create(email="head@bench.example", name="Head", roles=["sales_manager"])
    rep = User.objects.create(email="rep@bench.example", name="Rep", roles=["sales"])
    QueueMember.objects.create(queue=queue, user=rep)
    return {"manager": session_of(head), "rep": session_of(rep)}


def session_of(user: object) -> dict[str, str]:
    from django.test import Client

    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    name, cookie = next(iter(client.cookies.items()))
    return {"Cookie": f"{name}={cookie.value}", "HX-Request": "true"}


def ask(port: int, who: str, what: str, session: dict[str, str], question: str, runs: int) -> float:
    """Print the median answer in ms, the best of the runs: others may use the machine too."""
    request: Callable[[], Request] = partial(get, f"/search?q={quote(question)}", session)
    medians = [drive(port, request, clients=1, most=ASKED_EACH).p50 for _ in range(runs)]
    print(f"{who:<8} {what:<16} {min(medians):6.1f} ms")
    return min(medians)


def get(path: str, headers: dict[str, str]) -> Request:
    return "GET", path, b"", headers


if __name__ == "__main__":
    main()

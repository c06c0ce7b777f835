"""All leads compared with all: the search for duplicates after an upgrade, and for one newcomer.

Bars: 100,000 leads in 60 s; one new lead among them in 0.1 s. What is found is held against a
brute force that compares every lead of a sample with every other, in Python, by the same rules.
"""

import _world

SECONDS, ONE = 60.0, 0.1
FIRST = ("Anna", "Bo", "Zoë", "Łukasz", "María", "Chen", "Fatima", "Jon", "Priya", "Олег")
LAST = ("Nowak", "Ek", "O’Neill", "Żak", "García", "Wei", "Haddad", "Nilsson", "Rao", "Орлов")
SAMPLE = 400


def main() -> None:
    parser = _world.arguments(__doc__ or "")
    options = parser.parse_args()
    with _world.database():
        raise SystemExit(any(measure(options.leads)))


def person(n: int) -> dict[str, object]:
    """One of a crowd in which every fifth is somebody who was there before, by other words."""
    who = n if n % 5 else n // 3
    again = who != n
    said: dict[str, object] = {
        "external_id": f"c-{n}",
        "first_name": FIRST[who % 10],
        "last_name": f"{LAST[who // 10 % 10]}{who % 997}",
        "phone": f"+4670{who if n % 2 else n:07}",
        "company": {"name": f"Firm {who % 4000} GmbH"},
    }
    if who % 7 == 0:
        said["email"] = f"info@firm{who % 900}.example"
    elif n % 3:
        said["email"] = f"p{n}@firm{who % 900 if not again else n % 900}.example"
    return said


def measure(count: int) -> list[bool]:
    from django.db import connection

    from accounts.keys import keys
    from leads.duplicates import search
    from leads.ingest.leads import ingest_leads
    from leads.models import Duplicate, Lead, Uncompared

    website = keys.integration_named("Bench")
    for start in range(0, count, 1000):
        people = [person(n) for n in range(start, min(start + 1000, count))]
        ingest_leads(people, integration=website)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    Uncompared.objects.all().delete()

    search.everybody()
    took = _world.seconds(lambda: search.drain())
    found = Duplicate.objects.count()
    print(
        f"{Lead.objects.count():,} leads compared in {took:.1f} s (bar {SECONDS:.0f} s),", end=" "
    )
    print(f"{found:,} pairs")

    ids = list(Lead.objects.order_by("?").values_list("pk", flat=True)[:SAMPLE])
    missed, beside = compared(ids)
    print(f"brute force of {SAMPLE}: {missed} missed, {beside} that are no pair")

    one = Lead.objects.order_by("-pk")[0]
    Uncompared.objects.create(lead=one)
    alone = _world.median([_world.seconds(lambda: search.compare([one.pk])) for _ in range(9)])
    print(f"one newcomer in {alone * 1000:.0f} ms (bar {ONE * 1000:.0f} ms)")
    return [took > SECONDS, alone > ONE, bool(missed or beside)]


def compared(ids: list[int]) -> tuple[int, int]:
    """Pairs of these leads with anybody that were not found, and found ones that are none."""
    from django.db.models import Q

    from leads.models import Duplicate, Lead

    columns = ("pk", "email", "email_kind", "phone", "name_key", "company_id", "company__match_key")
    everybody = list(Lead.objects.values_list(*columns))
    sample = [row for row in everybody if row[0] in set(ids)]
    pairs = {tuple(sorted((a[0], b[0]))) for a in sample for b in everybody if alike(a, b)}
    rows = Duplicate.objects.filter(Q(first__in=ids) | Q(second__in=ids))
    found = set(rows.exclude(why=["phone"]).values_list("first", "second"))
    return len(pairs - found), len(found - pairs)


def alike(one: tuple, other: tuple) -> bool:
    """Whether two leads share a full name and a number, a mailbox of a team or a company."""
    pk, email, kind, phone, name, company, firm = one
    if other[0] == pk or name != other[4] or " " not in name:
        return False
    same_phone = phone.startswith("+") and phone == other[3]
    same_box = kind == other[2] == "role" and email.lower() == other[1].lower()
    same_firm = company is not None and (company == other[5] or firm == other[6])
    return same_phone or same_box or same_firm


if __name__ == "__main__":
    main()

"""Print, as JSON, what holds for statements of this process. Run with its environment."""

import json

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from leadportal.db import prepared, rows  # noqa: E402, F401 - as the product imports it

NAMES = ("statement_timeout", "lock_timeout", "plan_cache_mode")
ASK = "SELECT " + ", ".join(f"current_setting('{name}')" for name in NAMES)


def asked() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(ASK)
        return list(cursor.fetchone())


def main() -> None:
    with transaction.atomic():
        inside = [asked(), asked()]
    alone = asked()
    kept = [n for ((n,),) in [prepared.fetch("SELECT %(n)s::int", {"n": n}) for n in range(20)]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (left,) = cursor.fetchone()
    # Of the same servers, as somebody who asks for nothing.
    connection.connection.begin_with = ""
    print(
        json.dumps({"inside": inside, "alone": alone, "kept": kept, "left": left, "bare": asked()})
    )


if __name__ == "__main__":
    main()

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


def asked_of_a_cursor_of_the_server() -> list[str]:
    """The first statement of its transaction, as previews and imports ask."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ASK)
        return list(cursor.fetchmany(2)[0])


def main() -> None:
    with transaction.atomic():
        inside = [asked(), asked()]
    alone = asked()
    chunked = asked_of_a_cursor_of_the_server()
    kept = [n for ((n,),) in [prepared.fetch("SELECT %(n)s::int", {"n": n}) for n in range(20)]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (left,) = cursor.fetchone()
    # Of the same servers, as somebody who asks for nothing.
    connection.connection.begin_with = ""
    found = {"inside": inside, "alone": alone, "chunked": chunked, "kept": kept, "left": left}
    print(json.dumps(found | {"bare": asked()}))


if __name__ == "__main__":
    main()

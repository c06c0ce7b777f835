"""People who come in, a machine that hangs where a test wants it, and what must always hold."""

from django.db import connection, transaction
from django.utils import timezone

from leads.invariants import invariants
from tests import factories


def hot(number):
    return {
        "email": f"person-{number}@brightwater.example",
        "job_title": "VP Operations",
        "consent": {"marketing": True},
    }


def demo(number):
    return {
        "type": "demo_request",
        "occurred_at": timezone.now().isoformat(),
        "external_id": f"demo-{number}",
        "lead": {"email": f"person-{number}@brightwater.example"},
    }


def offences():
    return [row for answer in invariants.violations() for row in answer.offences]


HANG = """
CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(7);
    RETURN NEW;
END $$;
CREATE TRIGGER hang BEFORE INSERT ON leads_handoff FOR EACH ROW
    WHEN (NEW.lead_id > %s) EXECUTE FUNCTION hang();
"""


def hang_at_handoffs(after=0):
    """Whoever hands over a lead with a higher id waits from now on, until let go."""
    with factories.as_owner() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
        cursor.execute(HANG, [after])


def let_go():
    """Whoever hung goes on; what they had begun, even if killed since, is waited for."""
    with transaction.atomic(), factories.as_owner() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_unlock(7)")
        cursor.execute("DROP TRIGGER hang ON leads_handoff; DROP FUNCTION hang()")


def somebody_hangs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] > 0

"""A worker that is killed while a file comes in loses the time of one batch, and no line."""

import io

import pytest

from leads.imports import imports, job
from leads.imports.imports import Terms
from leads.models import Import, Lead
from tests import factories
from tests.faults.test_worker import kill
from tests.faults.world import offences, somebody_hangs
from tests.processes import eventually

pytestmark = pytest.mark.integration

# Of which each lane has half.
LINES = 2_600
HANG = """
CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(7);
    RETURN NEW;
END $$;
CREATE TRIGGER hang BEFORE INSERT ON leads_lead FOR EACH ROW
    WHEN (NEW.email = 'person@x2401.example') EXECUTE FUNCTION hang();
SELECT pg_advisory_lock(7);
"""
LET_GO = "SELECT pg_advisory_unlock(7); DROP TRIGGER hang ON leads_lead; DROP FUNCTION hang()"


def test_a_worker_killed_in_the_middle_of_an_import_loses_nothing(worker):
    marketer = factories.marketer()
    text = "Email\n" + "".join(f"person@x{n}.example\n" for n in range(LINES))
    one = imports.begin(marketer, "list.csv", io.BytesIO(text.encode()))
    imports.choose(one, marketer, one.columns, Terms())
    eventually(lambda: now(one).state == "checked")
    with factories.as_owner() as cursor:
        cursor.execute(HANG)
    imports.start(one, marketer)
    # The second batch of one lane hangs, the other lane is in.
    eventually(lambda: now(one).lines_done == 2_300 and somebody_hangs())

    kill(worker)
    with factories.as_owner() as cursor:
        cursor.execute(f"SET lock_timeout = '60s'; {LET_GO}; RESET lock_timeout")

    def finished():
        job.drain()
        return now(one).state == "done"

    assert eventually(finished)
    assert now(one).counts == {"created": LINES}
    assert Lead.objects.count() == LINES
    assert offences() == []


def now(one):
    return Import.objects.get(pk=one.pk)

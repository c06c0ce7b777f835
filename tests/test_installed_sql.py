"""The database has the functions and triggers of the `sql` folders: these, all of these, no others.

A migration keeps its text for ever; what they come to in the end is what stands in the files.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]

FILES = sorted(Path(settings.BASE_DIR).glob("*/sql/*.sql"))
OURS = """
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass
    AND d.deptype = 'e')
"""
TRIGGERS = """
SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


def installed() -> dict[str, str]:
    """Every function and trigger that is no extension's, as the catalogue describes it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT p.oid::regprocedure, pg_get_functiondef(p.oid) {OURS}")
        found = dict(cursor.fetchall())
        cursor.execute(TRIGGERS)
        return found | dict(cursor.fetchall())


def test_what_is_installed_is_what_the_files_say():
    migrated = installed()

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT p.oid::regprocedure::text {OURS}")
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")
        assert installed() == {}
        for file in FILES:
            cursor.execute(file.read_text())

    assert installed() == migrated
    assert {"leads_ledger_continues", "funnel_version_is_frozen", "leads_consent_rows"} <= {
        *migrated
    }

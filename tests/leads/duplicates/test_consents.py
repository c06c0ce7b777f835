"""What somebody agreed to goes with them into a merge, and out of it."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection

from leads.duplicates import merging, undoing
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.models import Consent, Lead
from tests import factories

pytestmark = pytest.mark.django_db
UPGRADE = import_module("leads.migrations.0051_consent_stands")
JANUARY, MARCH = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)


@pytest.fixture
def ines(db):
    return factories.marketing_manager()


@pytest.fixture
def two():
    """One who withdrew, and one who agreed later."""
    no, yes = factories.lead("Anna Nowak"), factories.lead("Anna Nowak")
    factories.consent(no, given=False, at=JANUARY)
    factories.consent(yes, at=MARCH)
    return no, yes


def given(lead):
    return Lead.objects.get(pk=lead.pk).consent.get("marketing")


def said(lead):
    """Every word of a lead: when, what, and by which road."""
    return list(lead.consents.order_by("at", "pk").values_list("at", "given", "channel"))


def holds():
    found = [a.offences for a in invariants.violations() if a.name == "consent_is_as_said"]
    return found == [[]]


def say(lead, **consent):
    item = {"email": lead.email, "consent": {"marketing": {"given": True} | consent}}
    ingest_leads([item], integration=factories.integration())


def test_the_history_says_that_the_stricter_word_stands(two, ines):
    no, yes = two

    done = merging.merge(no, yes, ines)

    assert given(yes) is False
    assert said(yes) == [(JANUARY, False, ""), (MARCH, True, ""), (done.at, False, "merge")]
    assert holds()


def test_only_a_word_later_than_the_merge_gives_again(two, ines):
    no, yes = two
    done = merging.merge(no, yes, ines)

    say(yes, at=(MARCH + timedelta(days=9)).isoformat())
    assert given(yes) is False

    Consent.objects.create(lead=yes, purpose="marketing", given=True, at=done.at)
    say(yes, at=(done.at + timedelta(microseconds=1)).isoformat())
    assert given(yes) is True
    assert holds()


def test_nothing_is_noted_where_the_last_word_is_the_stricter(ines):
    yes, no = factories.lead(), factories.lead()
    factories.consent(yes, at=JANUARY)
    factories.consent(no, given=False, at=MARCH)

    merging.merge(yes, no, ines)

    assert said(no) == [(JANUARY, True, ""), (MARCH, False, "")]
    assert holds()


def test_undone_each_has_its_own_words_and_that_of_the_merge_counts_no_more(two, ines):
    no, yes = two
    done = merging.merge(no, yes, ines)

    undoing.undo(done, ines)

    assert (given(no), given(yes)) == (False, True)
    assert said(no) == [(JANUARY, False, "")]
    assert holds()
    # What comes in later reads it the same.
    say(yes, at=(MARCH + timedelta(days=1)).isoformat())
    assert given(yes) is True
    assert holds()


def test_through_two_merges_and_back(two, ines):
    no, yes = two
    other = factories.lead()
    first = merging.merge(no, yes, ines)
    second = merging.merge(yes, other, ines)
    assert given(other) is False and holds()

    undoing.undo(second, ines)
    assert given(yes) is False and not said(other) and holds()

    undoing.undo(first, ines)
    assert given(yes) is True and holds()


def test_who_says_no_while_the_two_are_one_has_said_it_for_both(ines):
    one, heir = factories.lead(), factories.lead()
    for lead in (one, heir):
        factories.consent(lead, at=JANUARY)
        factories.consent(lead, "scoring", given=False, at=JANUARY)
    done = merging.merge(one, heir, ines)
    event = {"type": "unsubscribed", "lead": {"email": one.email}}
    ingest_events([event], integration=factories.integration())
    assert given(heir) is False

    undoing.undo(done, ines)

    assert (given(one), given(heir)) == (False, False)
    assert one.consents.filter(purpose="marketing", given=False).get().address == one.email
    assert one.consents.filter(purpose="scoring").count() == 1
    assert holds()


def test_what_a_third_brought_along_stays_with_the_heir(ines):
    one, heir, third = factories.lead(), factories.lead(), factories.lead()
    factories.consent(one, at=JANUARY)
    done = merging.merge(one, heir, ines)
    factories.consent(third, given=False)
    merging.merge(third, heir, ines)

    undoing.undo(done, ines)

    assert (given(one), given(heir)) == (True, False)
    assert holds()


def test_the_upgrade_says_of_earlier_merges_that_the_stricter_word_stands(two, ines):
    no, yes = two
    done = merging.merge(no, yes, ines)
    with connection.cursor() as cursor, factories.unguarded():
        cursor.execute("DELETE FROM leads_consent WHERE merge_id IS NOT NULL")
    assert not holds()

    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(UPGRADE.STRICTER)

    assert said(yes)[-1] == (done.at, False, "merge")
    assert len(said(yes)) == 3 and holds()

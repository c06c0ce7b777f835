"""Leads: nobody twice, nothing of theirs twice, and of who is nobody any more nothing."""

from collections.abc import Iterator

from funnel.stages import Stage
from leadportal.db.pieces import Sql, param
from leads.invariants.questions import Topic

invariant = Topic()


@invariant(8, "No external id, personal mail or idempotency key belongs to two.")
def identities_are_single() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_externalid', max(id), 'the same id ' || count(*) || ' times in one "
        "integration' FROM leads_externalid GROUP BY integration_id, value HAVING count(*) > 1"
    )
    yield Sql(
        "SELECT 'leads_lead', max(id), 'the same mail on ' || count(*) || ' leads' "
        "FROM leads_lead WHERE email_key <> '' AND merged_into_id IS NULL "
        "GROUP BY email_key HAVING count(*) > 1"
    )
    yield Sql(
        "SELECT 'leads_idempotentanswer', max(id), 'the same key ' || count(*) || ' times' "
        "FROM leads_idempotentanswer GROUP BY api_key_id, key, route HAVING count(*) > 1"
    )


@invariant(8, "A merged lead names its heir, and no other lead does.")
def merged_leads_have_heirs() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', id, 'stage ' || stage || CASE WHEN merged_into_id IS NULL "
        "THEN ' without an heir' ELSE ' with an heir' END FROM leads_lead "
        "WHERE (stage = {}) <> (merged_into_id IS NOT NULL)"
    ) % param(Stage.MERGED)


@invariant(8, "Who was merged away has one merge that is not undone, into its heir.")
def merges_lead_to_heirs() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_merge', m.id, 'not undone, its lead at stage ' || l.stage "
        "FROM leads_merge m JOIN leads_lead l ON l.id = m.lead_id "
        "WHERE m.undone_at IS NULL AND l.merged_into_id IS DISTINCT FROM m.heir_id"
    )
    # All that has but one owner has a living one.
    yield Sql(
        "SELECT 'leads_event', e.id, 'of a lead that was merged away' FROM leads_event e "
        "WHERE e.id = ANY (SELECT jsonb_array_elements_text(m.moved->'Event')::bigint "
        "FROM leads_merge m WHERE m.undone_at IS NULL) AND e.lead_id IN ("
        "SELECT lead_id FROM leads_merge WHERE undone_at IS NULL)"
    )


@invariant(8, "A pair that is still to be decided is of two leads that are somebody.")
def pairs_are_of_the_living() -> Iterator[Sql]:
    # Who is not compared yet since they went, the sweep takes out.
    yield Sql(
        "SELECT 'leads_duplicate', d.id, 'open, of a lead that is nobody' FROM leads_duplicate d "
        "JOIN leads_lead l ON l.id IN (d.first_id, d.second_id) WHERE d.decision = '' "
        "AND l.stage = {} AND NOT EXISTS (SELECT FROM leads_uncompared u WHERE u.lead_id = l.id)"
    ) % param(Stage.MERGED)


@invariant(8, "Who was erased says nothing any more, nor who became a part of them.")
def the_erased_say_nothing() -> Iterator[Sql]:
    for table in ("leads_unreadvalue", "leads_rawvalue"):
        yield Sql(
            f"SELECT '{table}', u.id, 'of a lead that was erased' FROM {table} u "  # noqa: S608 - constants
            "JOIN leads_lead l ON l.id = u.lead_id WHERE l.stage = {}"
        ) % param(Stage.ERASED)
    yield Sql(
        "SELECT 'leads_lead', l.id, 'is called something, and erased' FROM leads_lead l "
        "LEFT JOIN leads_lead heir ON heir.id = l.merged_into_id "
        "WHERE (l.stage = {} OR heir.stage = {}) "
        "AND ((l.email, l.phone, l.name_key, l.search_key) <> ('', '', '', '')"
        " OR l.email_key <> leads_fingerprint(l.email_key))"
    ) % (param(Stage.ERASED), param(Stage.ERASED))


@invariant(8, "Who came again came after they were first known.")
def last_times_are_last() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', id, 'came again before it was there' FROM leads_lead "
        "WHERE last_came_at < created_at"
    )


@invariant(9, "An event that came twice is there once.")
def events_are_single() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_event', max(id), 'the same event ' || count(*) || ' times' FROM leads_event "
        "WHERE external_id <> '' GROUP BY integration_id, external_id HAVING count(*) > 1"
    )

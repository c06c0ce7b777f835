"""The ledger: it replays, and its guards are on."""

from collections.abc import Iterator

from leadportal.db.pieces import Sql, param
from leads.invariants.questions import Topic

invariant = Topic()
# Triggers that keep history as it was: (table, name).
GUARDS = [
    ("leads_stagechange", "leads_ledger_rows"),
    ("leads_stagechange", "leads_ledger_table"),
    ("leads_stagechange", "leads_ledger_continues"),
    ("leads_lead", "leads_lead_begins"),
    ("leads_lead", "leads_lead_moves"),
    ("leads_lead", "leads_lead_erased"),
    ("leads_consent", "leads_consent_rows"),
    ("leads_consent", "leads_consent_table"),
    ("leads_event", "leads_event_rows"),
    ("leads_event", "leads_event_table"),
    ("leads_touch", "leads_touch_rows"),
    ("leads_touch", "leads_touch_table"),
    ("leads_note", "leads_note_rows"),
    ("leads_note", "leads_note_table"),
    ("accounts_settingchange", "accounts_setting_change_rows"),
    ("accounts_settingchange", "accounts_setting_change_table"),
    ("accounts_personchange", "accounts_person_change_rows"),
    ("accounts_personchange", "accounts_person_change_table"),
    ("funnel_criteriaversion", "funnel_version_is_frozen"),
    ("funnel_signature", "funnel_signature_is_kept"),
    ("leads_lead", "leads_origin_stands"),
]


@invariant(
    7, "Each move of the ledger starts where the one before ended, the last one where it is."
)
def ledger_replays() -> Iterator[Sql]:
    # Moves of one lead take turns on its row, so their ids are in the order they happened.
    yield Sql(
        "SELECT 'leads_stagechange', id, 'from ' || coalesce(nullif(origin, ''), 'nowhere') || "
        "' after a move to ' || coalesce(before, 'nowhere') FROM (SELECT id, origin, "
        "lag(target) OVER (PARTITION BY lead_id ORDER BY id) AS before FROM leads_stagechange) m "
        "WHERE origin <> coalesce(before, '')"
    )
    yield Sql(
        "SELECT 'leads_lead', l.id, 'stage ' || l.stage || ', by the ledger ' || "
        "coalesce(ledger.target, 'nowhere') FROM leads_lead l LEFT JOIN ("
        "SELECT DISTINCT ON (lead_id) lead_id, target FROM leads_stagechange "
        "ORDER BY lead_id, id DESC) AS ledger ON ledger.lead_id = l.id "
        "WHERE ledger.target IS DISTINCT FROM l.stage"
    )


@invariant(7, "The triggers that keep history are there and on.")
def history_is_guarded() -> Iterator[Sql]:
    tables, names = zip(*GUARDS, strict=True)
    yield Sql(
        "SELECT guard.relation, coalesce(t.oid::bigint, 0), guard.name || CASE WHEN t.oid IS NULL "
        "THEN ' is missing' ELSE ' is switched off' END "
        "FROM unnest({}, {}) AS guard (relation, name) LEFT JOIN pg_trigger t "
        "ON t.tgname = guard.name AND t.tgrelid = to_regclass(guard.relation) "
        "WHERE t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A')"
    ) % (param(list(tables), "text[]"), param(list(names), "text[]"))

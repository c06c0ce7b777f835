"""What always holds (DESIGN 7), as questions to a running database that find what breaks it.

A question is one statement, so it sees one moment, also while people work. It returns
(table, id, what is wrong) and never anything about a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook.parts import KINDS
from funnel.stages import LADDER, Stage
from funnel.versions import editing
from leadportal.db.pieces import Sql, param

# How many rows of one kind are named; the rest is only said to exist.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Offence:
    """One row that breaks an invariant."""

    table: str
    id: int
    found: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question found; `is_cut` says that there are more."""

    number: int
    name: str
    says: str
    offences: list[Offence]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Invariant:
    """`number` is that of DESIGN 7; `ask` gives the statements, none where nothing can be asked."""

    number: int
    name: str
    says: str
    ask: Callable[[], Iterator[Sql]]


INVARIANTS: list[Invariant] = []


def invariant(number: int, says: str) -> Callable[[Callable[[], Iterator[Sql]]], Any]:
    def add(ask: Callable[[], Iterator[Sql]]) -> Callable[[], Iterator[Sql]]:
        INVARIANTS.append(Invariant(number, ask.__name__, says, ask))
        return ask

    return add


def violations(limit: int = MOST_NAMED) -> Iterator[Answer]:
    """Ask every question, in order; each answer as it comes."""
    for one in INVARIANTS:
        found = [offence for query in one.ask() for offence in _offences(query, limit)]
        yield Answer(one.number, one.name, one.says, found[:limit], len(found) > limit)


def _offences(query: Sql, limit: int) -> list[Offence]:
    query = Sql("SELECT * FROM ({}) AS offence LIMIT {}") % (query, param(limit + 1))
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        return [Offence(*row) for row in cursor.fetchall()]


# 1 and 2: criteria.


@invariant(1, "Exactly one criteria version is live.")
def one_version_is_live() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'funnel_criteriaversion', coalesce(max(id), 0), count(*) || ' are live' "
        "FROM funnel_criteriaversion WHERE state = 'live' HAVING count(*) <> 1"
    )


@invariant(1, "The content of every version is what its hash says.")
def content_is_as_hashed() -> Iterator[Sql]:
    # The canonical JSON is made in Python, as it was when the version was signed.
    changed = [
        version.pk
        for version in CriteriaVersion.objects.all()
        if editing.content_hash(version.content) != version.content_hash
    ]
    yield Sql(
        "SELECT 'funnel_criteriaversion', id, 'content is not what was hashed' "
        "FROM funnel_criteriaversion WHERE id = ANY({})"
    ) % param(changed, "bigint[]")


@invariant(2, "Marketing and sales both signed exactly what is or was live.")
def both_sides_signed() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'funnel_criteriaversion', v.id, 'v' || v.number || ' is signed by ' || "
        "coalesce((SELECT string_agg(DISTINCT s.side, ', ') FROM funnel_signature s "
        "WHERE s.version_id = v.id AND s.voided_at IS NULL AND s.content_hash = v.content_hash), "
        "'nobody') FROM funnel_criteriaversion v WHERE v.state = ANY({}) AND "
        "(SELECT count(DISTINCT s.side) FROM funnel_signature s WHERE s.version_id = v.id "
        "AND s.voided_at IS NULL AND s.content_hash = v.content_hash) < 2"
    ) % param([VersionState.LIVE, VersionState.SCHEDULED, VersionState.RETIRED], "text[]")


# 3: judgements.


@invariant(3, "A score is fit and intent together, and names its version.")
def scores_add_up() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', lead_id, 'score ' || coalesce(total::text, 'none') || ' of fit ' || "
        "coalesce(fit::text, 'none') || ' and intent ' || coalesce(intent::text, 'none') "
        "FROM leads_judgement WHERE total IS DISTINCT FROM fit + intent "
        "OR (total IS NULL) <> (version_id IS NULL) OR (total IS NULL) <> (scored_at IS NULL)"
    )
    yield Sql(
        "SELECT 'leads_handoff', id, 'score ' || total || ' of fit ' || fit || ' and intent ' || "
        "intent FROM leads_handoff WHERE total <> fit + intent"
    )


@invariant(3, "Every lead has its judgement, be it that it waits for the first.")
def leads_have_judgements() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', l.id, 'has no judgement' FROM leads_lead l "
        "WHERE NOT EXISTS (SELECT FROM leads_judgement j WHERE j.lead_id = l.id)"
    )


@invariant(3, "The points of the rules, capped, are the fit and the intent.")
def points_add_up() -> Iterator[Sql]:
    for version in CriteriaVersion.objects.exclude(live_at=None):
        yield _wrong_points(version)


def _wrong_points(version: CriteriaVersion) -> Sql:
    """Positions and caps come from the content itself, so a field that is gone stops nothing."""
    rules = version.content.get("rules", [])
    caps = version.content.get("caps", {})
    wrong = [Sql("cardinality(points) <> {}") % param(len(rules))]
    for kind in KINDS:
        places = [i for i, rule in enumerate(rules, start=1) if rule["kind"] == kind]
        points = [Sql("coalesce(points[{}], 0)") % param(place) for place in places]
        adjusted = Sql(
            "coalesce((SELECT sum(a.points) FROM leads_adjustment a WHERE a.lead_id = j.lead_id "
            "AND a.kind = {} AND a.created_at <= j.scored_at AND a.ends_at > j.scored_at), 0)"
        ) % param(kind)
        total = Sql.join(" + ", [*points, adjusted])
        wrong.append(
            Sql(f"{kind} <> least(greatest({{}}, 0), {{}})") % (total, param(caps.get(kind, 50)))
        )
    return Sql(
        "SELECT 'leads_lead', lead_id, 'fit ' || fit || ', intent ' || intent || ', points ' || "
        "points::text FROM leads_judgement j WHERE version_id = {} AND ({})"
    ) % (param(version.pk), Sql.join(" OR ", wrong))


@invariant(3, "The reasons a handoff was given sum to its score.")
def reasons_add_up() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_handoff', h.id, 'score ' || h.total || ', reasons ' || sums.points "
        "FROM leads_handoff h CROSS JOIN LATERAL (SELECT coalesce(sum((r->>'points')::int), 0) "
        "AS points FROM jsonb_array_elements(h.reasons) r) AS sums WHERE sums.points <> h.total"
    )


@invariant(3, "What the criteria moved names the version, and what rose its evidence.")
def moves_name_their_version() -> Iterator[Sql]:
    ladder = param([*LADDER], "text[]")
    yield Sql(
        "SELECT 'leads_stagechange', id, CASE WHEN version_id IS NULL THEN 'names no version' "
        "ELSE 'keeps no evidence' END FROM leads_stagechange WHERE actor = 'machine' "
        "AND origin = ANY({}) AND target = ANY({}) AND (version_id IS NULL OR evidence IS NULL "
        "AND array_position({}, target::text) > array_position({}, origin::text))"
    ) % (ladder, ladder, ladder, ladder)


# 4, 5 and 6: handoffs.


@invariant(4, "A lead has at most one handoff that is open or claimed.")
def one_live_handoff() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', lead_id, count(*) || ' live handoffs' FROM leads_handoff "
        "WHERE state <> 'closed' GROUP BY lead_id HAVING count(*) > 1"
    )


@invariant(4, "An SQL has an open handoff, a claimed lead a claimed one, nobody else any.")
def stages_match_handoffs() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', l.id, 'stage ' || l.stage || ' without its handoff' "
        "FROM leads_lead l WHERE l.stage IN ('sql', 'claimed') AND NOT EXISTS ("
        "SELECT FROM leads_handoff h WHERE h.lead_id = l.id AND h.state = "
        "CASE l.stage WHEN 'sql' THEN 'open' ELSE 'claimed' END)"
    )
    yield Sql(
        "SELECT 'leads_handoff', h.id, h.state || ', its lead at stage ' || l.stage "
        "FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id WHERE h.state <> 'closed' "
        "AND l.stage <> CASE h.state WHEN 'open' THEN 'sql' ELSE 'claimed' END"
    )


@invariant(5, "A sales queue holds only what reached the SQL line of its version.")
def queues_hold_sqls() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_handoff', h.id, 'score ' || h.total || ' under the line of ' || h.line "
        "FROM leads_handoff h WHERE h.state = 'open' AND h.total < h.line AND NOT EXISTS ("
        "SELECT FROM leads_stagechange s WHERE s.lead_id = h.lead_id AND s.handoff_id = h.id "
        "AND s.target = 'sql' "
        "AND s.actor <> 'machine')"
    )


@invariant(5, "Without the consent that the MQL definition asks for, nobody is an MQL.")
def mqls_consented() -> Iterator[Sql]:
    asking = [
        version.pk
        for version in CriteriaVersion.objects.exclude(live_at=None)
        if _needs_consent(version.content["definitions"]["mql"]["condition"])
    ]
    # Left out: what is still to be judged again.
    yield Sql(
        "SELECT 'leads_lead', id, 'stage ' || stage || ' without consent to marketing' "
        "FROM leads_lead l JOIN leads_judgement j ON j.lead_id = l.id "
        "WHERE stage IN ('mql', 'sql') AND version_id = ANY({}) "
        "AND coalesce(consent->>'marketing', 'false') <> 'true' "
        "AND attempts = 0 AND parked_error = '' AND NOT EXISTS (SELECT FROM leads_news n WHERE "
        "n.lead_id = l.id OR n.lead_id IS NULL AND coalesce(n.company_id, l.company_id) "
        "IS NOT DISTINCT FROM l.company_id)"
    ) % param(asking, "bigint[]")


def _needs_consent(condition: dict[str, Any]) -> bool:
    """Whether the condition cannot hold without it: asked outright, not as one of several ways."""
    if "all" in condition:
        return any(_needs_consent(item) for item in condition["all"])
    return (
        condition.get("fact") == "consent_marketing"
        and condition.get("op") == "is"
        and condition.get("value") is True
    )


@invariant(6, "A claimed handoff is one rep's, and an open one nobody's.")
def claims_are_whole() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_handoff', id, state || CASE WHEN claimed_by_id IS NULL THEN ' by nobody' "
        "ELSE ' though somebody claimed it' END FROM leads_handoff WHERE "
        "state = 'claimed' AND (claimed_by_id IS NULL OR claimed_at IS NULL) "
        "OR state = 'open' AND claimed_by_id IS NOT NULL"
    )


@invariant(6, "A rejection ends with one answer; a lead in nurture waits once, nobody else does.")
def rejections_are_answered_once() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_handoff', h.id, 'its lead is rejected and it is answered' "
        "FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id AND l.stage = 'rejected' "
        "WHERE h.id = (SELECT max(id) FROM leads_handoff WHERE lead_id = l.id) "
        "AND (h.outcome <> 'rejected' OR EXISTS (SELECT FROM leads_answer a "
        "WHERE a.handoff_id = h.id AND (a.kind <> 'dispute' OR a.decision = 'overturned')))"
    )
    yield Sql(
        "SELECT 'leads_answer', max(id), count(*) || ' final answers' FROM leads_answer "
        "WHERE kind <> 'dispute' GROUP BY handoff_id HAVING count(*) > 1"
    )
    # One that left otherwise is ended by the sweep, when it looks.
    yield Sql(
        "SELECT 'leads_lead', l.id, 'in nurture, and waits for nothing' FROM leads_lead l "
        "WHERE l.stage = 'nurture' AND (SELECT count(*) FROM leads_nurture w "
        "WHERE w.lead_id = l.id AND w.ended_at IS NULL) <> 1"
    )


# 7: the ledger.


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
# By table of names, who points to one.
_POINTS_TO = {
    "leads_source": [
        ("leads_lead", "source_id"),
        ("leads_lead", "last_source_id"),
        ("leads_handoff", "source_id"),
        ("leads_campaign", "source_id"),
    ],
    "leads_campaign": [
        ("leads_lead", "campaign_id"),
        ("leads_lead", "last_campaign_id"),
        ("leads_handoff", "campaign_id"),
    ],
}


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


# 8 and 9: nobody twice, nothing twice.


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


@invariant(8, "Who was erased has left no value that was not understood.")
def the_erased_say_nothing() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_unreadvalue', u.id, 'of a lead that was erased' FROM leads_unreadvalue u "
        "JOIN leads_lead l ON l.id = u.lead_id WHERE l.stage = {}"
    ) % param(Stage.ERASED)


@invariant(8, "What became another name of a source or campaign is pointed to by nothing.")
def names_are_settled() -> Iterator[Sql]:
    for named, pointing in _POINTS_TO.items():
        for table, column in pointing:
            yield Sql(
                f"SELECT '{table}', t.id, '{column} is another name of one' FROM {table} t "  # noqa: S608 - constants
                f"JOIN {named} n ON n.id = t.{column} AND n.same_as_id IS NOT NULL "
                "WHERE n.due_at IS NULL"
            )
        yield Sql(
            f"SELECT '{named}', n.id, 'the name of another name' FROM {named} n "  # noqa: S608 - constants
            f"JOIN {named} o ON o.id = n.same_as_id WHERE o.same_as_id IS NOT NULL"
        )


@invariant(8, "What was merged into a company is pointed to by nothing, and its heir stands.")
def companies_are_settled() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', l.id, 'works for a company that was merged' FROM leads_lead l "
        "JOIN leads_company c ON c.id = l.company_id AND c.merged_into_id IS NOT NULL "
        "WHERE c.due_at IS NULL"
    )
    yield Sql(
        "SELECT 'leads_company', c.id, 'merged into one that was merged' FROM leads_company c "
        "JOIN leads_company heir ON heir.id = c.merged_into_id "
        "WHERE heir.merged_into_id IS NOT NULL"
    )


@invariant(8, "No lead works where a person said that it does not.")
def refusals_stick() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', id, 'works where it was said not to' FROM leads_lead "
        "WHERE company_id = ANY(not_of)"
    )


@invariant(8, "Who came again came after they were first known.")
def last_times_are_last() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', id, 'came again before it was there' FROM leads_lead "
        "WHERE last_came_at < created_at"
    )


@invariant(8, "A value of one integration and field has one meaning.")
def meanings_are_single() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_meaning', max(id), count(*) || ' meanings of one value' FROM leads_meaning "
        "GROUP BY integration_id, field, value_key HAVING count(*) > 1"
    )


@invariant(9, "An event that came twice is there once.")
def events_are_single() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_event', max(id), 'the same event ' || count(*) || ' times' FROM leads_event "
        "WHERE external_id <> '' GROUP BY integration_id, external_id HAVING count(*) > 1"
    )


@invariant(9, "The first touch of a handoff is the earliest that was logged.")
def first_touches_are_first() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_handoff', h.id, 'first touch is not the earliest logged' "
        "FROM leads_handoff h LEFT JOIN (SELECT handoff_id, min(at) AS at FROM leads_touch "
        "GROUP BY handoff_id) AS t ON t.handoff_id = h.id "
        "WHERE h.first_touch_at IS DISTINCT FROM t.at"
    )

"""Handoffs: one at a time, of whom it may be, held by one rep, answered once."""

from collections.abc import Iterator

from leadportal.db.pieces import Sql
from leads.invariants.questions import Topic

invariant = Topic()


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


@invariant(9, "The first touch of a handoff is the earliest that was logged.")
def first_touches_are_first() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_handoff', h.id, 'first touch is not the earliest logged' "
        "FROM leads_handoff h LEFT JOIN (SELECT handoff_id, min(at) AS at FROM leads_touch "
        "GROUP BY handoff_id) AS t ON t.handoff_id = h.id "
        "WHERE h.first_touch_at IS DISTINCT FROM t.at"
    )

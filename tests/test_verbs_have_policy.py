"""No verb that acts for a person trusts its caller: each asks policy, for every role.

The verbs are found by walking the domain: a public function with a parameter of type User is a verb
with a line here, or is named below as one that only reads.
"""

import importlib
import inspect
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts import policy
from accounts.keys import keys
from accounts.mails import mails
from accounts.models import Portal, Scope, User
from accounts.people import links, people
from accounts.policy import Action
from accounts.portal import portal
from accounts.roles import SIDE_OF, Role, Side
from funnel import membership
from funnel.models import CriteriaVersion, Queue, QueueMember
from funnel.reasons import reasons
from funnel.stages import Stage
from funnel.versions import cases, current, editing, signing, states, switching
from leads import hooks, ledger
from leads.by_hand import disqualifying, points, stages, terms
from leads.companies import keeping as companies
from leads.companies import linking
from leads.companies import merging as company_merging
from leads.companies import reading as company_reading
from leads.counted import counted
from leads.domains import keeping as domains
from leads.duplicates import forecast, merging
from leads.duplicates import reading as duplicates_reading
from leads.duplicates import undoing as unmerging
from leads.editing import editing as lead_editing
from leads.erasure import erasing
from leads.field_choices import offering
from leads.follow_ups import follow_ups
from leads.handoffs import bant, claims, touches, undoing, verdicts
from leads.impact import counting
from leads.imports import holding, imports
from leads.imports.imports import Terms
from leads.inbound import deliveries, inlets
from leads.ingest.leads import ingest_leads
from leads.judging import parked
from leads.lead import alike, changes, notes, reading
from leads.mine import mine, results
from leads.models import (
    Adjustment,
    CompanyMerge,
    CustomField,
    Delivery,
    Domain,
    DomainKind,
    FollowUp,
    Handoff,
    Import,
    Inlet,
    Lead,
    Lists,
    Nurture,
    RoleWord,
    WebForm,
)
from leads.nurture import nurture
from leads.overview import attention
from leads.own_fields import keeping as own_fields
from leads.queue import queue
from leads.rejections import listing, rejections
from leads.search import commands, finding
from leads.sources import naming
from leads.sources.kinds import SOURCES
from leads.switch_on import confirmation
from leads.unread import listing as unread_listing
from leads.unread import meanings
from leads.unread.listing import Group
from leads.web_forms import web_forms
from tests import factories
from tests.test_architecture import MODULES, ROOT, is_domain

pytestmark = pytest.mark.django_db

# How the domain says no to a person.
REFUSALS = (PermissionDenied, states.VersionError, terms.OverrideRefused)


@dataclass(frozen=True)
class Verb:
    """A verb on a world where nothing but the role can stand in the way of this person."""

    roles: frozenset[Role]
    call: Callable[[User], Any]


def may(action: Action, call: Callable[[User], Any]) -> Verb:
    return Verb(policy.ALLOWED[action], call)


def accepted(person: User) -> Lead:
    lead = factories.lead(stage=Stage.CLAIMED, fit=40, intent=40, owner=person)
    held = factories.claimed(person, lead)
    Handoff.objects.filter(pk=held.pk).update(
        state="closed", outcome="accepted", closed_at=timezone.now()
    )
    return factories.moved(lead, Stage.ACCEPTED)


def informed(person: User) -> Handoff:
    held = factories.claimed(person)
    factories.bant(held.lead, person)
    return held


def just_claimed(person: User) -> Handoff:
    waiting = factories.handoff()
    QueueMember.objects.get_or_create(queue=waiting.queue, user=person)
    return claims.claim(waiting, person) if policy.can(person, Action.WORK_HANDOFFS) else waiting


def nurtured() -> Nurture:
    handoff = factories.rejected()
    day = timezone.now().date() + timedelta(days=90)
    rejections.answer(handoff, factories.marketer(), kind="nurture", return_on=day)
    return Nurture.objects.get(lead=handoff.lead)


def planned(person: User) -> FollowUp:
    lead = factories.claimed(person).lead
    return follow_ups.plan(lead, person, due_at=timezone.now() + timedelta(days=1))


def overridden() -> Lead:
    lead = factories.lead(fit=10)
    return stages.override(lead, factories.marketing_manager(), to=Stage.LEAD, reason="Met them")


def adjusted() -> Adjustment:
    author = factories.marketing_manager()
    return points.adjust(factories.lead(), author, kind="fit", points=5, reason="Board")


def disqualified() -> Lead:
    return disqualifying.disqualify(
        factories.lead(), factories.marketing_manager(), reason="A student"
    )


def change_settings(person: User, **values: Any) -> frozenset[str]:
    settings = Portal.load()
    for name, value in values.items():
        setattr(settings, name, value)
    return portal.change(settings, values, by=person)


def with_app() -> User:
    person = factories.outsider()
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    return person


def draft() -> CriteriaVersion:
    return editing.draft(current.live().content, author=None)


def signed() -> CriteriaVersion:
    return factories.signed(current.live().content)


def scheduled() -> CriteriaVersion:
    return switching.schedule(signed(), timezone.now() + timedelta(days=1))


def edited(person: User) -> CriteriaVersion:
    version = draft()
    return editing.edit(version, version.content, read_hash=version.content_hash, by=person)


def signed_for_own_side(person: User) -> Any:
    side = SIDE_OF.get(Role(person.roles[0]), Side.MARKETING)
    return signing.sign(editing.propose(draft()), person, side)


def switched_on_by_count(person: User) -> CriteriaVersion:
    version = signed()
    count = counting.finish(counting.start_count(version))
    return confirmation.switch_on_confirmed(
        version, count, confirmed_sqls=count.new_sqls, by=person
    )


def begun(person: User | None = None, *, state: str = "open") -> Import:
    file = io.BytesIO(b"Email\nana@acme.example\n")
    one = imports.begin(person or factories.marketer(), "list.csv", file)
    one.state = state
    one.save()
    return one


def inlet() -> Inlet:
    return inlets.create(factories.admin(), system="json", name="Forms")


def delivered(state: str = "failed") -> Delivery:
    made = deliveries.receive(inlet(), b"{}", "application/json", {})
    Delivery.objects.filter(pk=made.pk).update(state=state, reason="Why", due_at=None)
    return made


def web_form() -> WebForm:
    return web_forms.create(factories.admin(), name="Demo request", slug="demo")


def merged_companies() -> CompanyMerge:
    company, heir = factories.company(), factories.company()
    return company_merging.merge(company, heir, factories.sales_manager())


def refuse_company(person: User) -> None:
    lead = factories.lead(company=factories.company())
    linking.refuse(lead, lead.company, person)


def said_of_a_domain() -> Domain:
    return domains.say("mailbox.example", DomainKind.FREE, factories.sales_manager())


def said_of_a_word() -> RoleWord:
    return domains.say_of_word("biuro", factories.sales_manager(), is_role=False)


def field() -> CustomField:
    made = {"label": "Plan", "type": "choice", "choices": ["A", "B"]}
    return own_fields.add(factories.sales_manager(), name="care_plan", **made)


def unread_group() -> Group:
    sent = {"email": "ann@x.example", "country": "Narnia"}
    integration = factories.integration()
    ingest_leads([sent], integration=integration)
    group = unread_listing.group(integration.pk, "country", "narnia")
    assert group is not None
    return group


VERBS: dict[Callable[..., Any], list[Verb]] = {
    keys.create: [
        may(
            Action.EDIT_KEYS,
            lambda person: keys.create(
                factories.integration(), scopes=[Scope.LEADS_READ], by=person
            ),
        )
    ],
    keys.set_strict: [
        may(
            Action.EDIT_KEYS,
            lambda person: keys.set_strict(
                keys.create(factories.integration(), scopes=[Scope.LEADS_READ])[0], True, by=person
            ),
        )
    ],
    keys.revoke: [
        may(
            Action.EDIT_KEYS,
            lambda person: keys.revoke(
                keys.create(factories.integration(), scopes=[Scope.LEADS_READ])[0], by=person
            ),
        )
    ],
    mails.ask_test: [may(Action.LOOK_AFTER_MAIL, lambda person: mails.ask_test(by=person))],
    mails.try_again: [may(Action.LOOK_AFTER_MAIL, lambda person: mails.try_again(by=person))],
    people.add: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: people.add(
                "new@brightwater.example", by=person, name="New", roles=[Role.SALES]
            ),
        )
    ],
    people.change: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: people.change(factories.outsider(), by=person, name="Another"),
        )
    ],
    people.deactivate: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: people.deactivate(factories.outsider(), by=person),
        )
    ],
    people.activate: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: people.activate(factories.person(is_active=False), by=person),
        )
    ],
    people.end_sessions: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: people.end_sessions(factories.outsider(), by=person),
        )
    ],
    people.reset_second_factor: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: people.reset_second_factor(with_app(), by=person),
        )
    ],
    people.make_password_link: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: people.make_password_link(factories.outsider(), by=person),
        )
    ],
    membership.put_into: [
        may(
            Action.EDIT_PEOPLE,
            lambda person: membership.put_into(factories.outsider(), [Queue.default().pk], person),
        )
    ],
    inlets.create: [
        may(
            Action.EDIT_INBOUND,
            lambda person: inlets.create(person, system="google", name="Google Ads"),
        )
    ],
    inlets.change: [
        may(Action.EDIT_INBOUND, lambda person: inlets.change(inlet(), person, source="Web"))
    ],
    inlets.say_what_is: [
        may(
            Action.EDIT_INBOUND,
            lambda person: inlets.say_what_is(inlet(), person, {"mail": "email"}),
        )
    ],
    inlets.switch: [
        may(Action.EDIT_INBOUND, lambda person: inlets.switch(inlet(), person, on=False))
    ],
    deliveries.send_test: [
        may(Action.EDIT_INBOUND, lambda person: deliveries.send_test(inlet(), person))
    ],
    deliveries.replay: [
        may(Action.EDIT_INBOUND, lambda person: deliveries.replay(delivered(), person))
    ],
    deliveries.let_in: [
        may(Action.EDIT_INBOUND, lambda person: deliveries.let_in(delivered("quarantined"), person))
    ],
    deliveries.drop: [
        may(Action.EDIT_INBOUND, lambda person: deliveries.drop(delivered("quarantined"), person))
    ],
    deliveries.replay_failed: [
        may(Action.EDIT_INBOUND, lambda person: deliveries.replay_failed(inlet(), person))
    ],
    web_forms.create: [
        may(
            Action.EDIT_INBOUND,
            lambda person: web_forms.create(person, name="Demo request", slug="demo"),
        )
    ],
    web_forms.change: [
        may(Action.EDIT_INBOUND, lambda person: web_forms.change(web_form(), person, title="Hi"))
    ],
    web_forms.put_field: [
        may(
            Action.EDIT_INBOUND,
            lambda person: web_forms.put_field(web_form(), person, target="phone", label="Phone"),
        )
    ],
    web_forms.move_field: [
        may(
            Action.EDIT_INBOUND,
            lambda person: web_forms.move_field(web_form(), person, "email", web_forms.DOWN),
        )
    ],
    web_forms.take_field: [
        may(
            Action.EDIT_INBOUND,
            lambda person: web_forms.take_field(web_form(), person, "first_name"),
        )
    ],
    web_forms.ask_consent: [
        may(
            Action.EDIT_INBOUND,
            lambda person: web_forms.ask_consent(
                web_form(), person, purpose="marketing", text="You may write to me."
            ),
        )
    ],
    web_forms.stop_asking: [
        may(
            Action.EDIT_INBOUND,
            lambda person: web_forms.stop_asking(web_form(), person, "marketing"),
        )
    ],
    companies.edit: [
        may(
            Action.EDIT_COMPANIES,
            lambda person: companies.edit(factories.company(), {"industry": "Food"}, person),
        )
    ],
    company_merging.merge: [
        may(
            Action.EDIT_COMPANIES,
            lambda person: company_merging.merge(factories.company(), factories.company(), person),
        )
    ],
    company_merging.undo: [
        may(
            Action.EDIT_COMPANIES,
            lambda person: company_merging.undo(merged_companies(), person),
        )
    ],
    linking.refuse: [
        may(Action.EDIT_LEADS, refuse_company),
    ],
    linking.link: [
        may(
            Action.EDIT_LEADS,
            lambda person: linking.link(factories.lead(), factories.company(), person),
        ),
    ],
    domains.say: [
        may(
            Action.EDIT_DOMAINS,
            lambda person: domains.say("mailbox.example", DomainKind.FREE, person),
        )
    ],
    domains.forget: [
        may(Action.EDIT_DOMAINS, lambda person: domains.forget(said_of_a_domain(), person)),
    ],
    domains.say_of_word: [
        may(
            Action.EDIT_DOMAINS,
            lambda person: domains.say_of_word("biuro", person, is_role=False),
        )
    ],
    domains.forget_word: [
        may(Action.EDIT_DOMAINS, lambda person: domains.forget_word(said_of_a_word(), person)),
    ],
    own_fields.add: [
        may(
            Action.EDIT_FIELDS,
            lambda person: own_fields.add(person, name="desk", label="Desk", type="text"),
        )
    ],
    own_fields.change: [
        may(
            Action.EDIT_FIELDS,
            lambda person: own_fields.change(
                field(), person, label="Plan", name="plan", help="", unit=""
            ),
        )
    ],
    own_fields.retype: [
        may(Action.EDIT_FIELDS, lambda person: own_fields.retype(field(), person, type="text"))
    ],
    own_fields.also_called: [
        may(Action.EDIT_FIELDS, lambda person: own_fields.also_called(field(), person, "plan"))
    ],
    own_fields.move: [
        may(Action.EDIT_FIELDS, lambda person: own_fields.move(field(), person, "up"))
    ],
    own_fields.retire: [may(Action.EDIT_FIELDS, lambda person: own_fields.retire(field(), person))],
    own_fields.bring_back: [
        may(Action.EDIT_FIELDS, lambda person: own_fields.bring_back(field(), person))
    ],
    offering.add_choice: [
        may(Action.EDIT_FIELDS, lambda person: offering.add_choice(field(), person, "C"))
    ],
    offering.change_choice: [
        may(
            Action.EDIT_FIELDS,
            lambda person: offering.change_choice(field(), person, "A", retired=True),
        )
    ],
    offering.also_spelled: [
        may(Action.EDIT_FIELDS, lambda person: offering.also_spelled(field(), person, "A", "1st"))
    ],
    offering.move_choice: [
        may(Action.EDIT_FIELDS, lambda person: offering.move_choice(field(), person, "B", "up"))
    ],
    offering.merge_choice: [
        may(Action.EDIT_FIELDS, lambda person: offering.merge_choice(field(), person, "A", "B"))
    ],
    naming.add: [
        may(
            Action.EDIT_SOURCES,
            lambda person: naming.add(SOURCES, person, name="Fair", channel="event"),
        )
    ],
    naming.change: [
        may(
            Action.EDIT_SOURCES,
            lambda person: naming.change(
                SOURCES, factories.source(), person, name="Fair", channel="event"
            ),
        )
    ],
    naming.undo: [
        may(
            Action.EDIT_SOURCES,
            lambda person: naming.undo(
                naming.merge(
                    SOURCES,
                    factories.source("Webinar"),
                    factories.source("Fair"),
                    factories.marketing_manager(),
                ),
                person,
            ),
        )
    ],
    naming.merge: [
        may(
            Action.EDIT_SOURCES,
            lambda person: naming.merge(
                SOURCES, factories.source("Webinar"), factories.source("Fair"), person
            ),
        )
    ],
    meanings.give: [
        may(
            Action.GIVE_MEANINGS,
            lambda person: meanings.give(unread_group(), person, value="NL", seen=0, defined={}),
        )
    ],
    meanings.take_away: [
        may(
            Action.GIVE_MEANINGS,
            lambda person: meanings.take_away(unread_group(), person, seen=0),
        )
    ],
    portal.change: [
        may(
            Action.EDIT_SETTINGS,
            lambda person: change_settings(person, zone="Asia/Tokyo", held_limit=7),
        ),
        may(
            Action.EDIT_PROMISES,
            lambda person: change_settings(person, held_limit=8),
        ),
    ],
    editing.draft: [
        may(
            Action.DRAFT_CRITERIA,
            lambda person: editing.draft(current.live().content, author=person),
        )
    ],
    cases.note: [may(Action.DRAFT_CRITERIA, lambda person: cases.note("A case", person))],
    editing.edit: [may(Action.DRAFT_CRITERIA, edited)],
    editing.propose: [
        may(Action.DRAFT_CRITERIA, lambda person: editing.propose(draft(), by=person))
    ],
    signing.sign: [
        may(Action.SIGN_CRITERIA, signed_for_own_side),
        Verb(
            frozenset({Role.SALES_MANAGER}),
            lambda person: signing.sign(editing.propose(draft()), person, Side.SALES),
        ),
    ],
    editing.send_back: [
        may(
            Action.SIGN_CRITERIA,
            lambda person: editing.send_back(editing.propose(draft()), person, note="Fewer"),
        )
    ],
    switching.schedule: [
        may(
            Action.SWITCH_ON_CRITERIA,
            lambda person: switching.schedule(
                signed(), timezone.now() + timedelta(days=1), by=person
            ),
        )
    ],
    switching.take_schedule_back: [
        may(
            Action.SWITCH_ON_CRITERIA,
            lambda person: switching.take_schedule_back(scheduled(), by=person),
        )
    ],
    switching.switch_on: [
        may(Action.SWITCH_ON_CRITERIA, lambda person: switching.switch_on(signed(), by=person))
    ],
    confirmation.switch_on_confirmed: [may(Action.SWITCH_ON_CRITERIA, switched_on_by_count)],
    counting.start_count: [
        may(Action.SWITCH_ON_CRITERIA, lambda person: counting.start_count(signed(), by=person))
    ],
    counting.at_hand: [
        may(
            Action.SWITCH_ON_CRITERIA,
            lambda person: counting.at_hand(signed(), by=person, at=timezone.now()),
        )
    ],
    parked.replay: [
        may(Action.REPLAY_LEADS, lambda person: parked.replay(factories.lead(), by=person))
    ],
    parked.replay_all: [may(Action.REPLAY_LEADS, lambda person: parked.replay_all(by=person))],
    claims.claim: [
        may(Action.WORK_HANDOFFS, lambda person: claims.claim(factories.handoff(), person))
    ],
    claims.claim_next: [may(Action.WORK_HANDOFFS, claims.claim_next)],
    claims.release: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: claims.release(factories.claimed(person), person, reason="Ill"),
        )
    ],
    touches.log_touch: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: touches.log_touch(
                factories.claimed(person), person, channel="call", result="talked"
            ),
        )
    ],
    follow_ups.plan: [may(Action.WORK_HANDOFFS, planned)],
    follow_ups.done: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: follow_ups.done(factories.follow_up(person), person),
        )
    ],
    follow_ups.snooze: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: follow_ups.snooze(
                factories.follow_up(person), person, due_at=timezone.now() + timedelta(days=1)
            ),
        )
    ],
    follow_ups.done_by_touch: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: follow_ups.done_by_touch(
                factories.follow_up(person).lead_id, person, timezone.now()
            ),
        )
    ],
    notes.write: [
        may(
            Action.WRITE_NOTES,
            lambda person: notes.write(factories.lead(), person, text="Met them"),
        )
    ],
    verdicts.accept: [
        may(Action.WORK_HANDOFFS, lambda person: verdicts.accept(informed(person), person))
    ],
    verdicts.reject: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: verdicts.reject(
                factories.claimed(person), person, reason=factories.reason()
            ),
        )
    ],
    verdicts.advance: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: verdicts.advance(accepted(person), person, to=Stage.OPPORTUNITY),
        )
    ],
    bant.say: [
        may(
            Action.WORK_HANDOFFS,
            lambda person: bant.say(
                factories.claimed(person).lead, person, "need", state="known", note="Paper logs"
            ),
        )
    ],
    undoing.undo: [
        may(Action.WORK_HANDOFFS, lambda person: undoing.undo(just_claimed(person), person))
    ],
    reasons.add: [may(Action.EDIT_REASONS, lambda person: reasons.add(person, label="Too far"))],
    reasons.change: [
        may(
            Action.EDIT_REASONS,
            lambda person: reasons.change(factories.reason(), person, label="Too far"),
        )
    ],
    reasons.move: [
        may(Action.EDIT_REASONS, lambda person: reasons.move(factories.reason(), person, "up"))
    ],
    reasons.retire: [
        may(Action.EDIT_REASONS, lambda person: reasons.retire(factories.reason(), person))
    ],
    reasons.bring_back: [
        may(Action.EDIT_REASONS, lambda person: reasons.bring_back(factories.reason(), person))
    ],
    reasons.delete: [
        may(Action.EDIT_REASONS, lambda person: reasons.delete(factories.reason("Odd"), person))
    ],
    rejections.answer: [
        may(
            Action.ANSWER_REJECTIONS,
            lambda person: rejections.answer(factories.rejected(), person, kind="close"),
        )
    ],
    rejections.decide: [
        may(
            Action.DECIDE_DISPUTES,
            lambda person: rejections.decide(
                factories.disputed(arbiter=person), person, decision="upheld", because="Nine people"
            ),
        )
    ],
    nurture.begin: [
        may(
            Action.ANSWER_REJECTIONS,
            lambda person: nurture.begin(
                factories.lead(stage=Stage.LOST),
                None,
                person,
                return_on=None,
                return_event=nurture.ANYTHING,
                text="",
                at=timezone.now(),
            ),  # fmt: skip
        )
    ],
    nurture.change_terms: [
        may(
            Action.ANSWER_REJECTIONS,
            lambda person: nurture.change_terms(
                nurtured(), person, return_on=None, return_event=nurture.ANYTHING
            ),
        )
    ],
    nurture.bring_back: [
        may(
            Action.ANSWER_REJECTIONS,
            lambda person: nurture.bring_back(nurtured().lead, person, reason="They called"),
        )
    ],
    nurture.reengage: [
        may(
            Action.ANSWER_REJECTIONS,
            lambda person: nurture.reengage(
                factories.lead(stage=Stage.LOST),
                person,
                return_event="webinar_signup",
                reason="New",
            ),
        )
    ],
    stages.override: [
        may(
            Action.MOVE_BY_HAND,
            lambda person: stages.override(
                factories.lead(fit=10), person, to=Stage.LEAD, reason="Met them"
            ),
        )
    ],
    imports.begin: [may(Action.IMPORT_LEADS, begun)],
    imports.say: [
        may(Action.IMPORT_LEADS, lambda person: imports.say(begun(), person, Lists.OUTCOMES))
    ],
    imports.choose: [
        may(Action.IMPORT_LEADS, lambda person: imports.choose(begun(), person, ["email"], Terms()))
    ],
    imports.start: [
        may(Action.IMPORT_LEADS, lambda person: imports.start(begun(state="checked"), person))
    ],
    imports.pause: [
        may(Action.IMPORT_LEADS, lambda person: imports.pause(begun(state="paused"), person))
    ],
    imports.go_on: [
        may(Action.IMPORT_LEADS, lambda person: imports.go_on(begun(state="paused"), person))
    ],
    imports.undo: [
        may(Action.IMPORT_LEADS, lambda person: imports.undo(begun(state="paused"), person))
    ],
    imports.discard: [may(Action.IMPORT_LEADS, lambda person: imports.discard(begun(), person))],
    imports.hand_over: [
        may(Action.IMPORT_LEADS, lambda person: imports.hand_over(begun(), person))
    ],
    erasing.erase: [
        may(
            Action.ERASE_LEADS,
            lambda person: erasing.erase(factories.lead(), person, why=erasing.Why.ASKED),
        )
    ],
    merging.merge: [
        may(
            Action.MERGE_LEADS,
            lambda person: merging.merge(factories.lead(), factories.lead(), person),
        )
    ],
    merging.refuse: [
        may(Action.MERGE_LEADS, lambda person: merging.refuse(factories.duplicate(), person))
    ],
    merging.refuse_two: [
        may(
            Action.MERGE_LEADS,
            lambda person: merging.refuse_two(factories.lead(), factories.lead(), person),
        )
    ],
    merging.reopen: [
        may(Action.MERGE_LEADS, lambda person: merging.reopen(factories.duplicate(), person))
    ],
    merging.merge_certain: [may(Action.MERGE_LEADS, merging.merge_certain)],
    unmerging.undo: [
        may(
            Action.MERGE_LEADS,
            lambda person: unmerging.undo(
                merging.merge(factories.lead(), factories.lead(), factories.marketer()), person
            ),
        )
    ],
    forecast.forecast: [
        may(
            Action.MERGE_LEADS,
            lambda person: forecast.forecast(factories.lead(), factories.lead(), person, {}),
        )
    ],
    lead_editing.create: [
        may(
            Action.EDIT_LEADS,
            lambda person: lead_editing.create({"phone": "+46401234567"}, person),
        )
    ],
    lead_editing.edit: [
        may(
            Action.EDIT_LEADS,
            lambda person: lead_editing.edit(factories.lead(), {"city": "Lund"}, person),
        )
    ],
    stages.end_override: [
        may(Action.MOVE_BY_HAND, lambda person: stages.end_override(overridden(), person))
    ],
    points.adjust: [
        may(
            Action.ADJUST_SCORES,
            lambda person: points.adjust(
                factories.lead(), person, kind="fit", points=5, reason="Board"
            ),
        )
    ],
    points.end: [may(Action.ADJUST_SCORES, lambda person: points.end(adjusted(), person))],
    disqualifying.disqualify: [
        may(
            Action.DISQUALIFY,
            lambda person: disqualifying.disqualify(factories.lead(), person, reason="A student"),
        )
    ],
    disqualifying.readmit: [
        may(
            Action.DISQUALIFY,
            lambda person: disqualifying.readmit(disqualified(), person, reason="A friend"),
        )
    ],
}
# Those that change nothing, and the parts of verbs that ask first.
NO_VERBS = {
    policy.can,
    policy.require,
    policy.places,
    policy.landing,
    policy.role_label,
    signing.sides_of,
    signing.signatures_waiting_for,
    queue.for_person,
    queue.first_rows,
    queue.pulse,
    queue.sources,
    queue.queues_of,
    queue.last_opened,
    changes.for_look,
    changes.news,
    reading.for_page,
    duplicates_reading.listed,
    duplicates_reading.counts,
    alike.alike_for,
    merging.certain,
    merging.certain_pairs,
    merging.actor_of,
    reading.newest_handoff,
    hooks.handoffs_waiting_for,
    hooks.follow_ups_due,
    policy.within_reach,
    policy.nav_counts,
    follow_ups.of_person,
    attention.first_steps,
    mine.held_by,
    mine.rows,
    mine.untouched,
    results.claims_of,
    results.behind,
    hooks.give_back_claims,
    mails.last_test,
    people.state,
    people.usable_keys,
    links.password_address,
    results.results,
    company_reading.visible_to,
    company_reading.found,
    company_reading.linkable,
    company_reading.people,
    company_reading.events,
    company_reading.owners,
    company_reading.namesakes,
    commands.commands,
    finding.find,
    finding.in_order,
    finding.masked,
    attention.needs,
    stages.targets,
    lead_editing.may_edit,
    terms.actor_of,
    terms.put,
    terms.let_go,
    holding.let_go,
    ledger.moves_to,
    rejections.may_decide,
    listing.for_person,
    listing.to_decide,
    listing.first_state,
    listing.needing,
    listing.found,
    listing.waiting,
    listing.pressing,
    listing.following,
    listing.beside,
    counted.handoffs,
    reading.bant_of_others,
}
# What pages say, and a year that is made up by the verbs above.
ONLY_SPEAKS = ("words", "demo")


def acting() -> Iterator[Callable[..., Any]]:
    """The public functions of the domain that are given a person."""
    for path in filter(is_domain, MODULES):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if set(ONLY_SPEAKS) & set(parts):
            continue
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                given = inspect.signature(function).parameters.values()
                if any(one.annotation in (User, User | None) for one in given):
                    yield function


def test_every_verb_has_a_line():
    named = {inspect.unwrap(function) for function in [*VERBS, *NO_VERBS]}
    found = {inspect.unwrap(function) for function in acting()}

    assert found - named == set()
    assert named - found == set()


LINES = [
    pytest.param(verb, role, id=f"{function.__name__}-{role}")
    for function, verbs in VERBS.items()
    for verb in verbs
    for role in Role
]


@pytest.mark.parametrize(("verb", "role"), LINES)
def test_a_verb_does_for_each_role_what_policy_says(verb: Verb, role: Role):
    person = factories.person(role)
    QueueMember.objects.create(queue=Queue.default(), user=person)

    if role in verb.roles:
        verb.call(person)
    else:
        with pytest.raises(REFUSALS):
            verb.call(person)


def test_a_refusal_says_whose_it_is():
    with pytest.raises(policy.NotAllowed) as refused:
        rejections.answer(factories.rejected(), factories.rep(), kind="close")

    assert str(refused.value) == "Only marketers and marketing managers can answer rejections."


def test_nobody_needs_no_right():
    policy.require(None, Action.EDIT_KEYS)

"""Who may open what: every address × everybody × {own, foreign, missing}, against one table.

The addresses come from the URL resolver: a new one without a line here fails.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts import policy
from accounts.models import Scope, User
from accounts.policy import Action
from accounts.roles import Role
from funnel.versions import current, editing
from leads.by_hand import points
from leads.companies import merging as companies
from leads.domains import keeping
from leads.duplicates import merging, undoing
from leads.imports import imports
from leads.inbound import deliveries, inlets
from leads.models import (
    CompanyMerge,
    CustomField,
    Delivery,
    Domain,
    DomainKind,
    Handoff,
    Import,
    Lead,
    Merge,
    NameMerge,
)
from leads.sources import naming
from leads.sources.kinds import SOURCES
from leads.web_forms import web_forms
from tests import factories
from tests.api import Api
from tests.concurrently import rolled_back
from tests.test_urls_have_policy import PATTERNS

pytestmark = pytest.mark.django_db

SIGN_IN, FORBIDDEN, MISSING = 302, 403, 404
STAFF = (Role.MARKETING, Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.ADMIN)


@dataclass(frozen=True)
class Page:
    """A page: what one must be allowed, how it is called, and what its number names."""

    action: Action | None = None  # None: open to all who are signed in
    method: str = "GET"
    about: str = ""  # lead, handoff, rejection, follow-up, key, version, draft …
    answer: int = 200  # to whom may
    data: dict[str, str] = field(default_factory=dict)
    besides: Action | None = None  # of who sees it, and does not hold it


@dataclass(frozen=True)
class Call:
    """A method of the API: the scope a key needs, and whether people may use it too."""

    method: str
    scope: Scope
    answer: int = 0  # to whom may; 0: whatever the domain says, once past the door
    about: str = ""
    people: bool = False
    action: Action | None = None  # what a person must be allowed besides
    body: dict[str, Any] | None = None


PAGES: dict[str, list[Page]] = {
    "home": [Page(answer=302)],
    "queue": [Page(Action.OPEN_QUEUE)],
    "queue-changes": [Page(Action.OPEN_QUEUE, answer=400)],  # without a token
    "claim-next": [Page(Action.WORK_HANDOFFS, "POST", answer=302)],
    "handoff": [Page(Action.OPEN_QUEUE, about="handoff", answer=302)],
    "handoff-claim": [Page(Action.WORK_HANDOFFS, "POST", "handoff", 409)],  # somebody has it
    "handoff-touch": [
        Page(Action.WORK_HANDOFFS, about="handoff"),
        Page(Action.WORK_HANDOFFS, "POST", "handoff", 422, {"channel": "pigeon"}),
    ],
    "handoff-release": [
        Page(Action.WORK_HANDOFFS, about="handoff"),
        Page(Action.WORK_HANDOFFS, "POST", "handoff", 422, {"reason": "\x07"}),
    ],
    "handoff-accept": [
        Page(Action.WORK_HANDOFFS, about="handoff"),
        Page(Action.WORK_HANDOFFS, "POST", "handoff", 422, {"value": "a lot"}),
    ],
    "handoff-reject": [
        Page(Action.WORK_HANDOFFS, about="handoff"),
        Page(Action.WORK_HANDOFFS, "POST", "handoff", 422, {"reason": "0"}),
    ],
    "handoff-undo": [Page(Action.WORK_HANDOFFS, "POST", "handoff", 409)],  # a colleague did it
    "lead-next": [Page(Action.OPEN_LEADS, about="lead", answer=302)],  # to itself, of no list
    "lead-previous": [Page(Action.OPEN_LEADS, about="lead", answer=302)],
    "lead-changes": [Page(Action.OPEN_LEADS, about="lead", answer=400)],  # without a token
    "lead-bant": [Page(Action.WORK_HANDOFFS, "POST", "lead", 409, {"item": "luck"})],
    "lead-opportunity": [Page(Action.WORK_HANDOFFS, "POST", "lead", 409)],  # it is not accepted
    "lead-won": [
        Page(Action.WORK_HANDOFFS, about="lead"),
        Page(Action.WORK_HANDOFFS, "POST", "lead", 422, {"amount": "1"}),
    ],
    "lead-lost": [
        Page(Action.WORK_HANDOFFS, about="lead"),
        Page(Action.WORK_HANDOFFS, "POST", "lead", 422, {"reason": "Too dear"}),
    ],
    "rejections": [Page(Action.READ_REJECTIONS)],
    "rejection": [Page(Action.READ_REJECTIONS, about="rejection")],
    "rejection-next": [Page(Action.READ_REJECTIONS, about="rejection", answer=302)],
    "rejection-previous": [Page(Action.READ_REJECTIONS, about="rejection", answer=302)],
    "rejection-nurture": [
        Page(Action.ANSWER_REJECTIONS, about="rejection"),
        Page(Action.ANSWER_REJECTIONS, "POST", "rejection", 422, {"return_event": "pigeon"}),
    ],
    "rejection-close": [
        Page(Action.ANSWER_REJECTIONS, about="rejection"),
        Page(Action.ANSWER_REJECTIONS, "POST", "rejection", 422, {"text": "\x07"}),
    ],
    "rejection-dispute": [
        Page(Action.ANSWER_REJECTIONS, about="rejection"),
        Page(Action.ANSWER_REJECTIONS, "POST", "rejection", 422, {"text": ""}),
    ],
    "rejection-decide": [
        Page(Action.DECIDE_DISPUTES, about="dispute"),
        Page(Action.DECIDE_DISPUTES, "POST", "dispute", 422, {"decision": "maybe"}),
    ],
    "rejections-evidence": [Page(Action.READ_REJECTIONS)],
    "rejections-evidence-draft": [Page(Action.DRAFT_CRITERIA, "POST", answer=404)],  # no case
    "nurture": [Page(Action.READ_REJECTIONS)],
    "nurture-terms": [
        Page(Action.ANSWER_REJECTIONS, about="nurture"),
        Page(Action.ANSWER_REJECTIONS, "POST", "nurture", 422, {"return_event": "pigeon"}),
    ],
    "nurture-back": [
        Page(Action.ANSWER_REJECTIONS, about="nurture"),
        Page(Action.ANSWER_REJECTIONS, "POST", "nurture", 422, {"reason": "\x07"}),
    ],
    "my-leads": [Page(Action.WORK_HANDOFFS)],
    "my-results": [Page(Action.WORK_HANDOFFS)],
    "my-results-leads": [Page(Action.WORK_HANDOFFS)],
    "follow-ups": [Page(Action.WORK_HANDOFFS)],
    "follow-up-done": [
        Page(Action.WORK_HANDOFFS, about="follow-up", answer=302),  # to the list
        Page(Action.WORK_HANDOFFS, "POST", "follow-up", 302),
    ],
    "follow-up-snooze": [
        Page(Action.WORK_HANDOFFS, about="follow-up"),
        Page(Action.WORK_HANDOFFS, "POST", "follow-up", 422, {"until": "soon"}),
    ],
    "lead-follow-up": [
        Page(Action.WORK_HANDOFFS, about="lead"),
        Page(Action.WORK_HANDOFFS, "POST", "lead", 422, {"offered": "soon"}),
    ],
    "lead-note": [
        Page(Action.WRITE_NOTES, about="lead"),
        Page(Action.WRITE_NOTES, "POST", "lead", 422, {"text": ""}),
    ],
    "lead-erase": [
        Page(Action.ERASE_LEADS, about="lead"),
        Page(Action.ERASE_LEADS, "POST", "lead", 422, {"typed": "somebody else"}),
    ],
    "duplicates": [Page(Action.MERGE_LEADS)],
    "duplicates-certain": [
        Page(Action.MERGE_LEADS),
        Page(Action.MERGE_LEADS, "POST", answer=302),
    ],
    "duplicate": [
        Page(Action.MERGE_LEADS, about="duplicate"),
        Page(Action.MERGE_LEADS, "POST", "duplicate", 422),  # sales works with both
    ],
    "duplicate-refuse": [Page(Action.MERGE_LEADS, "POST", "duplicate", 302)],
    "duplicate-reopen": [Page(Action.MERGE_LEADS, "POST", "duplicate", 302)],
    "merge-undo": [Page(Action.MERGE_LEADS, "POST", "merge", 409)],  # it was undone
    "imports": [
        Page(Action.IMPORT_LEADS),
        Page(Action.IMPORT_LEADS, "POST", answer=422),
    ],
    "import": [Page(Action.IMPORT_LEADS, about="import", answer=302)],  # to its columns
    "import-columns": [
        Page(Action.IMPORT_LEADS, about="import"),
        Page(Action.IMPORT_LEADS, "POST", "import", 422, {"column_1": "luck"}),
    ],
    "import-lists": [Page(Action.IMPORT_LEADS, "POST", "import", 302, {"lists": "outcomes"})],
    "import-start": [Page(Action.IMPORT_LEADS, "POST", "import", 409)],  # it is not checked
    "import-pause": [Page(Action.IMPORT_LEADS, "POST", "import", 409)],
    "import-go-on": [Page(Action.IMPORT_LEADS, "POST", "import", 409)],
    "import-undo": [
        # Nothing of it came in: it leads back.
        Page(Action.IMPORT_LEADS, about="import", answer=302),
        Page(Action.IMPORT_LEADS, "POST", "import", 409),
    ],
    "import-hand-over": [Page(Action.IMPORT_LEADS, "POST", "import", 409)],  # nobody is held
    "import-discard": [Page(Action.IMPORT_LEADS, "POST", "paused import", 409)],  # some came in
    "import-refused": [Page(Action.IMPORT_LEADS, about="import")],
    "search": [Page(Action.OPEN_LEADS)],
    "quality": [Page(Action.OPEN_QUALITY)],
    "counted": [Page(Action.OPEN_QUALITY, answer=404)],  # without a number
    "overview": [Page(Action.OPEN_OVERVIEW)],
    "leads": [Page(Action.OPEN_LEADS)],
    "lead": [Page(Action.OPEN_LEADS, about="lead")],
    "lead-new": [
        Page(Action.EDIT_LEADS),
        Page(Action.EDIT_LEADS, "POST", answer=422, data={"email": "nobody"}),
    ],
    "lead-edit": [
        Page(Action.OPEN_LEADS, about="lead", besides=Action.EDIT_LEADS),
        Page(Action.OPEN_LEADS, "POST", "lead", 422, {"email": "nobody"}, Action.EDIT_LEADS),
    ],
    "lead-consent": [
        Page(Action.OPEN_LEADS, about="lead", besides=Action.EDIT_LEADS),
        Page(Action.OPEN_LEADS, "POST", "lead", 422, {"purpose": "x"}, Action.EDIT_LEADS),
    ],
    "lead-override": [
        Page(Action.MOVE_BY_HAND, about="lead"),
        Page(Action.MOVE_BY_HAND, "POST", "lead", 422, {"to": "mql", "reason": "x"}),  # it is held
    ],
    "override-end": [Page(Action.MOVE_BY_HAND, "POST", "lead", 302)],  # there is none
    "lead-adjust": [
        Page(Action.ADJUST_SCORES, about="lead"),
        Page(Action.ADJUST_SCORES, "POST", "lead", 422, {"points": "some"}),
    ],
    "adjustment-end": [Page(Action.ADJUST_SCORES, "POST", "adjustment", 302)],
    "lead-disqualify": [
        Page(Action.DISQUALIFY, about="lead"),
        Page(Action.DISQUALIFY, "POST", "lead", 422, {"reason": "A student"}),  # it is held
    ],
    "lead-readmit": [
        Page(Action.DISQUALIFY, about="lead"),
        Page(Action.DISQUALIFY, "POST", "lead", 422, {"reason": "A friend"}),
    ],
    "criteria": [Page(Action.OPEN_CRITERIA)],
    "criteria-version": [Page(Action.OPEN_CRITERIA, about="version")],
    "criteria-compare": [Page(Action.OPEN_CRITERIA, about="versions")],
    "criteria-standing": [Page(Action.OPEN_CRITERIA)],
    "criteria-sign": [Page(Action.SIGN_CRITERIA, "POST", "version", 302)],  # sign in again first
    "criteria-send-back": [
        Page(Action.SIGN_CRITERIA, about="version", answer=302),  # a live one is only read
        Page(Action.SIGN_CRITERIA, "POST", "version", 422, {"note": ""}),
    ],
    "criteria-unschedule": [Page(Action.SWITCH_ON_CRITERIA, "POST", "version", 409)],
    "draft-new": [Page(Action.DRAFT_CRITERIA, "POST", answer=409)],  # there is one
    "draft": [
        Page(Action.READ_DRAFTS, about="draft"),
        Page(Action.DRAFT_CRITERIA, "POST", "draft", 302),
    ],
    "draft-text": [
        Page(Action.DRAFT_CRITERIA, about="draft"),
        Page(Action.DRAFT_CRITERIA, "POST", "draft", 422, {"text": ""}),
    ],
    "draft-propose": [
        Page(Action.DRAFT_CRITERIA, about="draft"),
        Page(Action.DRAFT_CRITERIA, "POST", "draft", 409, {"read_hash": "another"}),
    ],
    "criteria-progress": [Page(Action.OPEN_CRITERIA, answer=302)],  # to the page of the live one
    "criteria-impact": [Page(Action.OPEN_CRITERIA, about="version", answer=404)],  # it is live
    "criteria-movers": [Page(Action.OPEN_CRITERIA, about="version", answer=404)],
    "criteria-past": [Page(Action.OPEN_CRITERIA, about="version", answer=404)],
    "criteria-deals": [Page(Action.OPEN_CRITERIA, about="version", answer=404)],
    "criteria-switch-on": [
        Page(Action.SWITCH_ON_CRITERIA, about="version", answer=302),  # to its rescoring
        Page(Action.SWITCH_ON_CRITERIA, "POST", "version", 422, {"count": "x"}),
    ],
    "criteria-count": [Page(Action.SWITCH_ON_CRITERIA, "POST", "version", 404)],
    "criteria-rescore": [Page(Action.OPEN_CRITERIA, about="version")],
    "parked": [Page(Action.OPEN_OVERVIEW)],
    "parked-replay": [Page(Action.REPLAY_LEADS, "POST", answer=302, data={"all": "1"})],
    "criteria-replay": [Page(Action.REPLAY_LEADS, "POST", "version", 404, {"lead": "1"})],
    "settings": [
        Page(Action.OPEN_SETTINGS),
        Page(Action.EDIT_PROMISES, "POST", answer=422, data={"claim_minutes": "soon"}),
    ],
    "reasons": [Page(Action.OPEN_SETTINGS)],
    "reason-new": [
        Page(Action.EDIT_REASONS),
        Page(Action.EDIT_REASONS, "POST", answer=422, data={"label": "x"}),
    ],
    "reason-edit": [
        Page(Action.EDIT_REASONS, about="reason"),
        Page(Action.EDIT_REASONS, "POST", "reason", 422, {"label": ""}),
    ],
    "reason-move": [Page(Action.EDIT_REASONS, "POST", "reason", 302)],
    "reason-retire": [Page(Action.EDIT_REASONS, "POST", "reason", 302)],
    "reason-back": [Page(Action.EDIT_REASONS, "POST", "reason", 302)],
    "reason-delete": [Page(Action.EDIT_REASONS, "POST", "reason", 409)],  # it is used
    "people": [Page(Action.EDIT_PEOPLE)],
    "person-new": [
        Page(Action.EDIT_PEOPLE),
        Page(Action.EDIT_PEOPLE, "POST", answer=422, data={"email": "nobody"}),
    ],
    "person": [
        Page(Action.EDIT_PEOPLE, about="person"),
        Page(Action.EDIT_PEOPLE, "POST", "person", 422, {"name": ""}),
    ],
    "person-deactivate": [
        Page(Action.EDIT_PEOPLE, about="person"),
        Page(Action.EDIT_PEOPLE, "POST", "person", 302),
    ],
    "person-activate": [Page(Action.EDIT_PEOPLE, "POST", "person", 409)],  # it is on
    "person-reset-2fa": [Page(Action.EDIT_PEOPLE, "POST", "person", 409)],  # there is none
    "person-end-sessions": [Page(Action.EDIT_PEOPLE, "POST", "person", 302)],
    "person-link": [Page(Action.EDIT_PEOPLE, "POST", "person", 201)],
    "inlets": [Page(Action.EDIT_INBOUND)],
    "inlet-new": [
        Page(Action.EDIT_INBOUND),
        Page(Action.EDIT_INBOUND, "POST", answer=422, data={"name": "Forms"}),
    ],
    "inlet": [Page(Action.EDIT_INBOUND, about="inlet")],
    "inlet-edit": [
        Page(Action.EDIT_INBOUND, about="inlet"),
        Page(Action.EDIT_INBOUND, "POST", "inlet", 422, {"name": ""}),
    ],
    "inlet-values": [
        Page(Action.EDIT_INBOUND, about="inlet"),
        # Named by what it is about: sha256 of "x".
        Page(
            *(Action.EDIT_INBOUND, "POST", "inlet", 422),
            {"path": "x", "v2d711642b726b044": "luck"},
        ),
    ],
    "inlet-test": [Page(Action.EDIT_INBOUND, "POST", "inlet", 302)],
    "inlet-switch": [Page(Action.EDIT_INBOUND, "POST", "inlet", 302)],
    "inlet-again": [Page(Action.EDIT_INBOUND, "POST", "inlet", 302)],
    "delivery": [Page(Action.EDIT_INBOUND, about="delivery")],
    "delivery-replay": [Page(Action.EDIT_INBOUND, "POST", "delivery", 302)],  # it waits already
    "delivery-let-in": [Page(Action.EDIT_INBOUND, "POST", "delivery", 302)],
    "delivery-drop": [Page(Action.EDIT_INBOUND, "POST", "delivery", 409)],  # it waits to be read
    "web-forms": [Page(Action.EDIT_INBOUND)],
    "web-form-new": [
        Page(Action.EDIT_INBOUND),
        Page(Action.EDIT_INBOUND, "POST", answer=422, data={"name": "Demo"}),
    ],
    "web-form": [Page(Action.EDIT_INBOUND, about="web form")],
    "web-form-edit": [
        Page(Action.EDIT_INBOUND, about="web form"),
        Page(Action.EDIT_INBOUND, "POST", "web form", 422, {"title": ""}),
    ],
    "web-form-field": [
        Page(Action.EDIT_INBOUND, about="web form"),
        Page(Action.EDIT_INBOUND, "POST", "web form", 422, {"target": "luck"}),
    ],
    "web-form-move": [Page(Action.EDIT_INBOUND, "POST", "web form", 302)],
    # What reaches somebody is asked in any case.
    "web-form-take": [Page(Action.EDIT_INBOUND, "POST", "web form", 409, {"target": "email"})],
    "web-form-consent": [
        Page(Action.EDIT_INBOUND, about="web form"),
        Page(Action.EDIT_INBOUND, "POST", "web form", 422, {"purpose": "marketing"}),
    ],
    "web-form-consent-end": [Page(Action.EDIT_INBOUND, "POST", "web form", 302)],
    "mail": [Page(Action.LOOK_AFTER_MAIL)],
    "mail-test": [Page(Action.LOOK_AFTER_MAIL, "POST", answer=302)],
    "mail-test-progress": [Page(Action.LOOK_AFTER_MAIL)],
    "mail-retry": [Page(Action.LOOK_AFTER_MAIL, "POST", answer=302)],
    "sources": [Page(Action.OPEN_SETTINGS)],
    "source-new": [
        Page(Action.EDIT_SOURCES),
        Page(Action.EDIT_SOURCES, "POST", answer=422, data={"name": ""}),
    ],
    "source-edit": [
        Page(Action.EDIT_SOURCES, about="source"),
        Page(Action.EDIT_SOURCES, "POST", "source", 422, {"name": ""}),
    ],
    "source-merge": [
        Page(Action.EDIT_SOURCES, about="source"),
        Page(Action.EDIT_SOURCES, "POST", "source", 422, {"into": "nothing"}),
    ],
    # It was undone already.
    "name-unmerge": [Page(Action.EDIT_SOURCES, "POST", "name merge", 409)],
    "campaigns": [Page(Action.OPEN_SETTINGS)],
    "campaign-new": [
        Page(Action.EDIT_SOURCES),
        Page(Action.EDIT_SOURCES, "POST", answer=422, data={"name": ""}),
    ],
    "campaign-edit": [
        Page(Action.EDIT_SOURCES, about="campaign"),
        Page(Action.EDIT_SOURCES, "POST", "campaign", 422, {"name": ""}),
    ],
    "campaign-merge": [
        Page(Action.EDIT_SOURCES, about="campaign"),
        Page(Action.EDIT_SOURCES, "POST", "campaign", 422, {"into": "nothing"}),
    ],
    "lead-not-there": [
        Page(Action.OPEN_LEADS, "POST", "lead company", 302, besides=Action.EDIT_LEADS)
    ],
    "lead-there": [Page(Action.OPEN_LEADS, "POST", "lead company", 302, besides=Action.EDIT_LEADS)],
    "domains": [Page(Action.OPEN_SETTINGS)],
    "domain-new": [
        Page(Action.EDIT_DOMAINS),
        Page(Action.EDIT_DOMAINS, "POST", answer=422, data={"domain": "x"}),
    ],
    "domain-forget": [Page(Action.EDIT_DOMAINS, "POST", "domain", 302)],
    "role-words": [Page(Action.OPEN_SETTINGS)],
    "role-word-new": [
        Page(Action.EDIT_DOMAINS),
        Page(Action.EDIT_DOMAINS, "POST", answer=422, data={"word": "@"}),
    ],
    "role-word-forget": [Page(Action.EDIT_DOMAINS, "POST", "role word", 302)],
    "fields": [Page(Action.OPEN_FIELDS)],
    "field": [Page(Action.OPEN_FIELDS, about="field")],
    "field-new": [
        Page(Action.EDIT_FIELDS),
        Page(Action.EDIT_FIELDS, "POST", answer=422, data={"label": ""}),
    ],
    "field-same": [
        Page(Action.EDIT_FIELDS),
        Page(Action.EDIT_FIELDS, "POST", answer=422, data={"field": ""}),
    ],
    "field-edit": [
        Page(Action.EDIT_FIELDS, about="field"),
        Page(Action.EDIT_FIELDS, "POST", "field", 422, {"label": ""}),
    ],
    "field-type": [
        Page(Action.EDIT_FIELDS, about="field"),
        # The live criteria ask for it.
        Page(Action.EDIT_FIELDS, "POST", "field", 422, {"type": "text"}),
    ],
    "field-move": [Page(Action.EDIT_FIELDS, "POST", "field", 302)],
    "field-retire": [Page(Action.EDIT_FIELDS, "POST", "field", 409)],
    "field-back": [Page(Action.EDIT_FIELDS, "POST", "field", 302)],
    "choice-new": [
        Page(Action.EDIT_FIELDS, about="field"),
        Page(Action.EDIT_FIELDS, "POST", "field", 422, {"choice": ""}),
    ],
    # No choice is named.
    "choice-edit": [Page(Action.EDIT_FIELDS, about="field", answer=409)],
    "choice-merge": [
        Page(Action.EDIT_FIELDS, about="field"),
        Page(Action.EDIT_FIELDS, "POST", "field", 422, {"into": ""}),
    ],
    "choice-spelling": [
        Page(Action.EDIT_FIELDS, about="field"),
        Page(Action.EDIT_FIELDS, "POST", "field", 422, {"into": ""}),
    ],
    "choice-move": [Page(Action.EDIT_FIELDS, "POST", "field", 302)],
    "companies": [Page(Action.OPEN_LEADS)],
    "company": [Page(Action.OPEN_LEADS, about="company")],
    "company-edit": [
        Page(Action.EDIT_COMPANIES, about="company"),
        Page(Action.EDIT_COMPANIES, "POST", "company", 422, {"name": ""}),
    ],
    "company-merge": [Page(Action.EDIT_COMPANIES, about="company")],
    # It was undone already.
    "company-unmerge": [Page(Action.EDIT_COMPANIES, "POST", "company-merge", 409)],
    "values": [Page(Action.OPEN_SETTINGS)],
    # Nobody has sent such a value.
    "value-meaning": [Page(Action.GIVE_MEANINGS, answer=404)],
    "value-forget": [Page(Action.GIVE_MEANINGS, "POST", answer=404)],
    "keys": [Page(Action.OPEN_KEYS)],
    "key-new": [
        Page(Action.EDIT_KEYS),
        Page(Action.EDIT_KEYS, "POST", answer=422, data={"days": "x"}),
    ],
    "key-strict": [Page(Action.EDIT_KEYS, "POST", "key", 302)],
    "key-delete": [Page(Action.EDIT_KEYS, about="key")],
}
CLAIM = {"rep": "rep@our.example"}
TOUCH = CLAIM | {"channel": "call", "result": "talked"}
REJECT = CLAIM | {"reason": "Too small"}
ANSWER = {"kind": "close"}
OUTCOME = {"outcome": "lost", "reason": "Price"}
CALLS: dict[str, list[Call]] = {
    "api-leads": [
        Call("GET", Scope.LEADS_READ, 200, people=True),
        Call("POST", Scope.LEADS_WRITE, 201, body={"email": "new@brightwater.example"}),
    ],
    "api-lead-batch": [Call("POST", Scope.LEADS_WRITE, 207, body={"leads": [{}]})],
    "api-lead": [
        Call("GET", Scope.LEADS_READ, 200, about="lead", people=True),
        Call("PATCH", Scope.LEADS_WRITE, 428, about="lead", body={"city": "Lund"}),
    ],
    "api-lead-explanation": [Call("GET", Scope.LEADS_READ, 200, about="lead", people=True)],
    "api-lead-history": [Call("GET", Scope.LEADS_READ, 200, about="lead", people=True)],
    "api-lead-events": [Call("GET", Scope.LEADS_READ, 200, about="lead", people=True)],
    "api-lead-consents": [Call("GET", Scope.LEADS_READ, 200, about="lead", people=True)],
    "api-lead-preferences": [
        Call("GET", Scope.LEADS_WRITE, 200, "lead", True, Action.SHARE_PREFERENCES)
    ],
    "api-events": [
        Call("GET", Scope.LEADS_READ, 200, people=True),
        Call("POST", Scope.EVENTS_WRITE, 400, body={"type": "chat"}),
    ],
    "api-fields": [Call("GET", Scope.LEADS_READ, 200, people=True)],
    "api-sources": [Call("GET", Scope.LEADS_READ, 200, people=True)],
    "api-campaigns": [Call("GET", Scope.LEADS_READ, 200, people=True)],
    "api-companies": [Call("GET", Scope.LEADS_READ, 200, people=True)],
    "api-company": [Call("GET", Scope.LEADS_READ, 200, about="company", people=True)],
    "api-queues": [Call("GET", Scope.HANDOFFS_READ, 200, people=True)],
    "api-metrics": [Call("GET", Scope.METRICS_READ, 200, people=True, action=Action.OPEN_QUALITY)],
    "api-event-batch": [Call("POST", Scope.EVENTS_WRITE, 207, body={"events": [{}]})],
    "api-criteria": [Call("GET", Scope.CRITERIA_READ, 200, people=True)],
    "api-criteria-version": [Call("GET", Scope.CRITERIA_READ, 200, about="version", people=True)],
    "api-criteria-text": [Call("GET", Scope.CRITERIA_READ, 200, about="version", people=True)],
    "api-handoffs": [Call("GET", Scope.HANDOFFS_READ, 200, people=True)],
    "api-handoff": [Call("GET", Scope.HANDOFFS_READ, 200, about="handoff", people=True)],
    "api-handoff-claim": [
        Call("POST", Scope.HANDOFFS_WRITE, 0, "handoff", True, Action.WORK_HANDOFFS, CLAIM)
    ],
    "api-handoff-release": [
        Call("POST", Scope.HANDOFFS_WRITE, 0, "handoff", True, Action.WORK_HANDOFFS, CLAIM)
    ],
    "api-handoff-touch": [
        Call("POST", Scope.HANDOFFS_WRITE, 0, "handoff", True, Action.WORK_HANDOFFS, TOUCH)
    ],
    "api-handoff-accept": [
        Call("POST", Scope.HANDOFFS_WRITE, 0, "handoff", True, Action.WORK_HANDOFFS, CLAIM)
    ],
    "api-handoff-reject": [
        Call("POST", Scope.HANDOFFS_WRITE, 0, "handoff", True, Action.WORK_HANDOFFS, REJECT)
    ],
    "api-lead-answer": [
        Call("POST", Scope.HANDOFFS_WRITE, 0, "lead", True, Action.ANSWER_REJECTIONS, ANSWER)
    ],
    "api-lead-outcome": [
        Call("POST", Scope.HANDOFFS_WRITE, 409, "lead", True, Action.WORK_HANDOFFS, OUTCOME)
    ],
    "api-named-outcome": [
        Call("POST", Scope.HANDOFFS_WRITE, 404, body=OUTCOME | {"external_id": "crm-404"})
    ],
    "api-reasons": [Call("GET", Scope.HANDOFFS_READ, 200, people=True)],
    "api-duplicates": [Call("GET", Scope.LEADS_READ, 200, people=True)],
    "api-duplicate-refuse": [
        Call("POST", Scope.LEADS_WRITE, 0, "duplicate", True, Action.MERGE_LEADS, CLAIM)
    ],
    "api-lead-merge": [
        Call("POST", Scope.LEADS_WRITE, 0, "lead", True, Action.MERGE_LEADS, CLAIM | {"into": 1})
    ],
    "api-merge-undo": [
        Call("POST", Scope.LEADS_WRITE, 0, "merge", True, Action.MERGE_LEADS, CLAIM)
    ],
    "api-nurture": [Call("GET", Scope.LEADS_READ, 200, people=True)],
}
# Each has tests of its own: who signs in, and what is about oneself alone.
ELSEWHERE = {"hosted-form", "hosted-thanks", "in", "healthz", "readyz", "theme", "schema", "docs"}
ELSEWHERE_BEGINNINGS = ("account_", "mfa_", "preferences")

PAGE_LINES = [(name, page) for name, pages in PAGES.items() for page in pages]
CALL_LINES = [(name, call) for name, calls in CALLS.items() for call in calls]
page_lines = pytest.mark.parametrize(
    ("name", "page"), PAGE_LINES, ids=[f"{page.method} {name}" for name, page in PAGE_LINES]
)
call_lines = pytest.mark.parametrize(
    ("name", "call"), CALL_LINES, ids=[f"{call.method} {name}" for name, call in CALL_LINES]
)


@dataclass(frozen=True)
class World:
    """A handoff that a colleague of `rep` holds, and everybody who may come."""

    people: dict[str, User]
    visits: dict[str, str]  # the session of each person
    handoff: Handoff
    ids: dict[str, int]

    def sees(self, person: User, about: str) -> bool:
        """All but reps see every lead; a rep what was handed to their queue."""
        if about in ("lead", "handoff", "company", "lead company"):
            return person.has_role(*STAFF) or person == self.people["sales"]
        if about == "follow-up":
            # One's own to change, whoever else may read it.
            return person == self.people["sales"]
        return True

    def ask(self, who: str) -> Callable[..., HttpResponse]:
        """Send requests as one of these people."""
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = self.visits[who]

        def send(method: str, url: str, data: Any, *, json: bool = False) -> HttpResponse:
            if method == "GET":
                return client.get(url)
            kind = {"content_type": "application/json"} if json else {}
            return client.post(url, data or {}, **kind)

        return send


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once: the transaction of each test is a part of this one, and undoes what it did."""
    with django_db_blocker.unblock(), rolled_back():
        yield made()


def made() -> World:
    rep = factories.rep()
    rep.email = CLAIM["rep"]
    rep.save()
    held = factories.claimed(factories.rep("Piet Vos"))
    people = {str(role): factories.person(role) for role in STAFF}
    people |= {"sales": rep, "sales outside the queue": factories.outsider()}
    ids = {
        "lead": held.lead_id,
        "company": held.lead.company_id,
        "handoff": held.pk,
        "follow-up": factories.follow_up(rep).pk,
        "adjustment": points.adjust(
            held.lead, people[Role.MARKETING], kind="fit", points=5, reason="Board"
        ).pk,
        "rejection": factories.rejected(rep).pk,
        "dispute": factories.disputed(rep, arbiter=people[Role.MARKETING_MANAGER]).handoff_id,
        "nurture": factories.nurtured(rep).pk,
        "reason": factories.reason().pk,
        "source": factories.source().pk,
        "campaign": factories.campaign().pk,
        "name merge": unmerged_names(people[Role.MARKETING_MANAGER]).pk,
        "domain": said_of_a_domain().pk,
        "role word": keeping.say_of_word("aziz", people[Role.ADMIN], is_role=True).pk,
        "field": CustomField.objects.get(name="purchase_timeline").pk,
        "company-merge": unmerged_companies().pk,
        "key": Api().key.pk,
        "duplicate": factories.duplicate(*(factories.claimed(rep).lead for _ in range(2))).pk,
        "merge": undone(people[Role.MARKETING]).pk,
        "import": begun(people[Role.MARKETING]).pk,
        "paused import": begun(people[Role.MARKETING], "paused").pk,
        "inlet": (received := delivered(people[Role.MARKETING_MANAGER])).inlet_id,
        "delivery": received.pk,
        "web form": web_forms.create(
            people[Role.MARKETING_MANAGER], name="Demo request", slug="demo"
        ).pk,
        "person": factories.person(name="Sun-hee Park").pk,
        "version": factories.live_version().number,
        "draft": editing.draft(current.live().content, author=people[Role.MARKETING]).number,
    }
    return World(people, {who: visit(person) for who, person in people.items()}, held, ids)


def said_of_a_domain() -> Domain:
    return keeping.say("mailbox.example", DomainKind.FREE, factories.sales_manager())


def unmerged_companies() -> CompanyMerge:
    company, heir, manager = factories.company(), factories.company(), factories.sales_manager()
    done = companies.merge(company, heir, manager)
    companies.undo(done, manager)
    return done


def unmerged_names(person: User) -> NameMerge:
    done = naming.merge(SOURCES, factories.source("Fairs"), factories.source("Webinars"), person)
    naming.undo(done, person)
    return done


def undone(person: User) -> Merge:
    done = merging.merge(factories.lead(), factories.lead(), person)
    undoing.undo(done, person)
    return done


def begun(person: User, state: str = "open") -> Import:
    one = imports.begin(person, "list.csv", io.BytesIO(b"Email\nana@acme.example\n"))
    one.state = state
    one.save()
    return one


def delivered(person: User) -> Delivery:
    inlet = inlets.create(person, system="json", name="Forms")
    return deliveries.receive(inlet, b'{"email": "ana@acme.example"}', "application/json", {})


def visit(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def address(name: str, about: str, ids: dict[str, int]) -> str:
    if not about:
        return reverse(name)
    if about == "versions":
        return reverse(name, kwargs={"before": ids["version"], "after": ids["version"]})
    if about == "adjustment":
        return reverse(name, kwargs={"pk": ids["lead"], "adjustment": ids[about]})
    if about == "lead company":
        return reverse(name, kwargs={"pk": ids["lead"], "company": ids["company"]})
    numbered = about in ("version", "draft")
    return reverse(name, kwargs={"number" if numbered else "pk": ids[about]})


def shape(answer: HttpResponse) -> tuple[int, str]:
    """Status and words of an answer, without what is different on every page."""
    words = re.sub(r'[\w-]*csrf[^>]*>|"[^"]*"|\d+', "", answer.content.decode())
    return answer.status_code, words


def forms_that_post(answer: HttpResponse) -> list[str]:
    """The forms of a page that write."""
    forms = answer.content.decode().split('method="post"')[1:]
    return [form.split("</form>")[0] for form in forms]


def door(answer: HttpResponse, call: Call) -> int:
    """The status; 0 for what the domain says of a handoff that a colleague holds."""
    past = call.answer == 0 and answer.status_code in {200, 201, 400, 409}
    return 0 if past else answer.status_code


def test_every_address_has_a_line():
    named = {pattern.name for _, pattern in PATTERNS}
    elsewhere = {name for name in named if name.startswith(ELSEWHERE_BEGINNINGS)} | ELSEWHERE

    assert named == PAGES.keys() | CALLS.keys() | elsewhere


@page_lines
def test_a_page_opens_to_whom_the_policy_lets(world: World, name: str, page: Page):
    url = address(name, page.about, world.ids)
    roles = policy.ALLOWED[page.action] if page.action else frozenset(Role)

    stranger = Client().generic(page.method, url)
    assert stranger.status_code == SIGN_IN
    assert stranger["Location"].startswith("/account/login/")

    for who, person in world.people.items():
        answer = world.ask(who)(page.method, url, page.data)
        if not person.has_role(*roles):
            expected = FORBIDDEN
        elif not world.sees(person, page.about):
            expected = MISSING
        elif page.besides and not policy.can(person, page.besides):
            expected = FORBIDDEN
        else:
            expected = page.answer
        assert answer.status_code == expected, who
        # What makes it act once, however often it is sent (leadportal/web/once.py).
        assert all('name="once"' in form for form in forms_that_post(answer)), who


@page_lines
def test_on_a_page_foreign_and_missing_look_the_same(world: World, name: str, page: Page):
    if page.about not in ("lead", "handoff", "follow-up"):
        return
    person = world.people["sales outside the queue"]
    outsider = world.ask("sales outside the queue")
    may = page.action is None or policy.can(person, page.action)

    foreign = outsider(page.method, address(name, page.about, world.ids), page.data)
    missing = outsider(page.method, address(name, page.about, {page.about: 10**15}), page.data)

    assert shape(foreign) == shape(missing)
    assert foreign.status_code == (MISSING if may else FORBIDDEN)


@call_lines
def test_a_key_may_what_its_scope_says_and_nothing_else(world: World, name: str, call: Call):
    url = address(name, call.about, world.ids).removeprefix("/api/v1")

    assert Client().generic(call.method, f"/api/v1{url}").status_code == 401
    for scope in Scope:
        answer = Api(scope).send(call.method, url, call.body)
        assert door(answer, call) == (call.answer if scope == call.scope else FORBIDDEN), scope


@call_lines
def test_a_person_calls_what_they_may_see(world: World, name: str, call: Call):
    url = address(name, call.about, world.ids)
    roles = policy.ALLOWED[call.action] if call.action else frozenset(Role)

    for who, person in world.people.items():
        body = call.body and call.body | ({"rep": person.email} if "rep" in call.body else {})
        answer = world.ask(who)(call.method, url, body, json=True)
        if not call.people or not person.has_role(*roles):
            expected = FORBIDDEN
        elif not world.sees(person, call.about):
            expected = MISSING
        else:
            expected = call.answer
        assert door(answer, call) == expected, who


@call_lines
def test_in_the_api_foreign_and_missing_look_the_same(world: World, name: str, call: Call):
    if not call.people or call.about not in ("lead", "handoff"):
        return
    person = world.people["sales outside the queue"]
    outsider = world.ask("sales outside the queue")
    body = call.body and call.body | {"rep": person.email}

    foreign = outsider(call.method, address(name, call.about, world.ids), body, json=True)
    missing = outsider(
        call.method, address(name, call.about, {call.about: 10**15}), body, json=True
    )

    may = call.action is None or policy.can(person, call.action)
    assert foreign.status_code == missing.status_code == (MISSING if may else FORBIDDEN)
    assert foreign.content == missing.content


def test_a_list_holds_what_one_sees(world: World):
    factories.lead("Nobody Yours")

    for who, person in world.people.items():
        answer = world.ask(who)("GET", reverse("api-leads"), None, json=True)
        shown = {row["id"] for row in answer.json()["results"]}
        assert shown == set(Lead.objects.visible_to(person).values_list("pk", flat=True))

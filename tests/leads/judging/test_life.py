"""Whatever happens to leads, in whatever order, what must always hold holds after each step."""

import os
from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from accounts.models import User
from funnel.models import CriteriaVersion
from funnel.stages import LADDER, MoveNotAllowed, Stage
from funnel.versions import editing, signing, switching
from funnel.versions.states import VersionError
from leads.by_hand.disqualifying import disqualify, readmit
from leads.by_hand.points import adjust, end
from leads.by_hand.stages import end_override, override
from leads.by_hand.terms import OverrideRefused
from leads.companies import keeping, linking
from leads.companies import merging as companies
from leads.companies.keeping import CompanyRefused
from leads.duplicates import merging, search
from leads.duplicates.merging import MergeRefused
from leads.duplicates.undoing import undo as undo_merge
from leads.editing import editing as editing_leads
from leads.explanation.stored import explain
from leads.handoffs import claims, touches, undoing, verdicts
from leads.handoffs.claims import NotClaimable, ReleaseRefused
from leads.handoffs.touches import TouchRefused
from leads.handoffs.undoing import TooLate
from leads.handoffs.verdicts import VerdictRefused
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.judging.basis import Basis
from leads.judging.due import drain, judge_taken, take
from leads.judging.parked import replay
from leads.models import (
    Adjustment,
    Answer,
    Company,
    CompanyMerge,
    DayScore,
    Duplicate,
    Handoff,
    Judgement,
    Lead,
    Merge,
    StageChange,
)
from leads.nurture import nurture
from leads.nurture.nurture import NurtureRefused
from leads.rejections import rejections
from leads.rejections.rejections import AnswerRefused
from leads.sources import naming
from leads.sources.kinds import CAMPAIGNS, SOURCES
from leads.sources.naming import NamingRefused
from tests import factories
from tests.leads.judging import simple
from tests.leads.judging.conftest import NOON

people = st.integers(0, 2)
reps = st.integers(0, 1)
POISON = "Poison"
COMPANIES = (
    *(None, None, "n/a", "Brightwater", "Wrenfield", {"domain": "gmail.com"}),
    *({"domain": "wrenfield.example", "employees": 5}, {"name": "Mill", "employees": 500}),
)
TITLES = ("VP Operations", "Student", "VP of a rival", POISON)
# A lead whose row cannot be written when it is judged.
REFUSE_POISON = f"""
CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.scored_at IS DISTINCT FROM OLD.scored_at AND '{POISON}' =
        (SELECT job_title FROM leads_lead WHERE id = NEW.lead_id) THEN
        RAISE EXCEPTION 'poison';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_poison BEFORE UPDATE ON leads_judgement
FOR EACH ROW EXECUTE FUNCTION refuse_poison();
"""
REFUSALS = (
    AnswerRefused,
    CompanyRefused,
    MergeRefused,
    MoveNotAllowed,
    NamingRefused,
    NotClaimable,
    NurtureRefused,
    OverrideRefused,
    ReleaseRefused,
    TooLate,
    TouchRefused,
    VerdictRefused,
    VersionError,
)


class Died(Exception):
    """A worker was killed here."""


class Life(RuleBasedStateMachine):
    """Three people, two reps and both departments; time only goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.saved = transaction.atomic()
        self.saved.__enter__()
        with factories.as_owner() as cursor:
            cursor.execute(REFUSE_POISON)
        self.at = NOON
        # Source and campaign of each lead, as they were first known.
        self.origins = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.saved.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        factories.switched_on(simple.content(), at=self.at)
        self.website = factories.integration()
        self.reps = [factories.rep("Dana Okafor"), factories.rep("Marcus Weil")]
        self.marketer = factories.marketing_manager()
        self.manager = factories.sales_manager()
        self.reason = factories.reason()

    # What comes in.

    @rule(
        who=people,
        title=st.sampled_from(TITLES),
        consent=st.sampled_from([None, True, "now", "now", False]),
        source=st.sampled_from([None, "Website", "web-site", "Fair", "Newsletter"]),
        campaign=st.sampled_from([None, None, "Q1", "Hall 4"]),
        company=st.sampled_from(COMPANIES),
    )
    def arrive(self, who, title, consent, source, campaign, company):
        item = {"email": f"person-{who}@brightwater.example", "job_title": title}
        item |= {"source": source, "campaign": campaign, "company": company}
        if consent is not None:
            dated = {"given": True, "at": self.at.isoformat()}
            item["consent"] = {"marketing": dated if consent == "now" else consent}
        (result,) = ingest_leads([item], integration=self.website, at=self.at)
        assert not result.errors

    @rule(who=people, may_be=st.booleans())
    def object_to_being_scored(self, who, may_be):
        """Or let themselves be scored again."""
        word = {"given": may_be, "at": self.at.isoformat()}
        item = {"email": f"person-{who}@brightwater.example", "consent": {"scoring": word}}
        (result,) = ingest_leads([item], integration=self.website, at=self.at)
        assert not result.errors

    @rule(
        who=people,
        type=st.sampled_from(["chat", "demo_request", "page_view", "unsubscribed"]),
        # The last ones from a clock ahead of ours.
        ago=st.sampled_from([0, 1, 6, 7, 29, 30, 400, -1, -30]),
        number=st.none() | st.integers(1, 3),
    )
    def happen(self, who, type, ago, number):
        item = {
            "type": type,
            "occurred_at": (self.at - timedelta(days=ago)).isoformat(),
            "lead": {"email": f"person-{who}@brightwater.example"},
        }
        if number:
            item["external_id"] = f"event-{number}"
        (result,) = ingest_events([item], integration=self.website, at=self.at)
        assert not result.errors

    # What the machine does, as often as it likes.

    @rule(times=st.integers(1, 2))
    def sweep(self, times):
        for _ in range(times):
            drain(at=self.at)
        assert drain(at=self.at) == 0

    @rule(leads=st.integers(1, 2))
    def one_worker_does_a_part(self, leads):
        drain(at=self.at, limit=leads)

    @rule(leads=st.integers(1, 3))
    def a_worker_dies_after_its_batch(self, leads):
        try:
            with transaction.atomic():
                basis = Basis.now(self.at)
                judge_taken(take(basis, leads), basis)
                raise Died
        except Exception as error:
            assert isinstance(error, Died) or POISON.lower() in str(error)

    @rule(who=people)
    def try_again(self, who):
        if lead := self.lead(who):
            replay(lead)

    @rule(
        passed=st.sampled_from(
            [{"seconds": 1}, {"seconds": 10}, {"hours": 5}, {"days": 1}, {"days": 3}, {"days": 31}]
        )
    )
    def time_passes(self, passed):
        self.at += timedelta(**passed)

    # What both departments do with the criteria.

    @rule(sql=st.sampled_from([25, 25, 40, 10]))
    def switch(self, sql):
        """All at once, where nothing is being drafted."""
        if not CriteriaVersion.objects.editable().exists():
            factories.switched_on(simple.content(sql=sql), at=self.at)

    @rule(sql=st.sampled_from([15, 25, 40]))
    def draft(self, sql):
        self.attempt(editing.draft, simple.content(sql=sql), author=self.marketer)

    @rule(which=st.integers(0, 5))
    def roll_back(self, which):
        retired = list(CriteriaVersion.objects.filter(state="retired").order_by("id"))
        if retired:
            old = retired[which % len(retired)]
            self.attempt(editing.draft, old.content, author=self.marketer, based_on=old)

    @rule(sql=st.sampled_from([15, 25, 40]))
    def edit(self, sql):
        if draft := CriteriaVersion.objects.editable().first():
            content = simple.content(sql=sql)
            self.attempt(editing.edit, draft, content, read_hash=draft.content_hash)

    @rule()
    def propose(self):
        if draft := CriteriaVersion.objects.editable().first():
            self.attempt(editing.propose, draft)

    @rule(side=st.sampled_from(["marketing", "sales"]))
    def sign(self, side):
        person = {"marketing": self.marketer, "sales": self.manager}[side]
        if draft := CriteriaVersion.objects.editable().first():
            self.attempt(signing.sign, draft, person, side)

    @rule(in_days=st.sampled_from([0, 0, 1, 3]))
    def go_live(self, in_days):
        if draft := CriteriaVersion.objects.editable().first():
            if in_days:
                when = self.at + timedelta(days=in_days)
                self.attempt(lambda at: switching.schedule(draft, when))
            else:
                self.attempt(switching.switch_on, draft)

    # What people do, where they may.

    def attempt(self, act, *args, **options):
        # No two people act in the same moment.
        self.at += timedelta(seconds=1)
        try:
            with transaction.atomic():
                act(*args, **options, at=self.at)
        except REFUSALS:
            pass
        except InternalError as error:  # whoever has poison judged takes nothing from it
            assert POISON.lower() in str(error)

    def handoff(self, number):
        rows = list(Handoff.objects.order_by("id"))
        return rows[number % len(rows)] if rows else None

    def lead(self, number):
        rows = list(Lead.objects.living().order_by("id"))
        return rows[number % len(rows)] if rows else None

    @rule(which=people, by=reps)
    def claim(self, which, by):
        if handoff := self.handoff(which):
            self.attempt(claims.claim, handoff, self.reps[by])

    @rule(by=reps)
    def claim_next(self, by):
        self.attempt(claims.claim_next, self.reps[by])

    @rule(which=people, by=reps, ago=st.sampled_from([0, 2, 30]))
    def touch(self, which, by, ago):
        if handoff := self.handoff(which):
            when = self.at - timedelta(hours=ago)
            self.attempt(
                touches.log_touch, handoff, self.reps[by],
                channel="call", result="talked", touched_at=when,
            )  # fmt: skip

    @rule(which=people, by=reps, what=st.sampled_from(["release", "accept", "reject"]))
    def conclude(self, which, by, what):
        handoff, rep = self.handoff(which), self.reps[by]
        if handoff is None:
            return
        if what == "release":
            self.attempt(claims.release, handoff, rep, reason="Ill")
        elif what == "accept":
            factories.bant(handoff.lead, rep)
            self.attempt(verdicts.accept, handoff, rep)
        else:
            self.attempt(verdicts.reject, handoff, rep, reason=self.reason)

    @rule(which=people, to=st.sampled_from([Stage.OPPORTUNITY, Stage.WON, Stage.LOST]))
    def advance(self, which, to):
        if lead := self.lead(which):
            how = {Stage.WON: {"amount": 100}, Stage.LOST: {"reason": "Price"}}.get(to, {})
            self.attempt(verdicts.advance, lead, self.reps[0], to=to, **how)

    @rule(
        which=people,
        kind=st.sampled_from(["nurture", "close", "dispute"]),
        days=st.sampled_from([None, 2, 30]),
        event=st.sampled_from(["", "anything", "chat"]),
    )
    def answer(self, which, kind, days, event):
        if handoff := self.handoff(which):
            day = (self.at + timedelta(days=days)).date() if days else None
            self.attempt(
                rejections.answer, handoff, self.marketer,
                kind=kind, text="Next year", return_on=day, return_event=event,
            )  # fmt: skip

    @rule(decision=st.sampled_from(["upheld", "overturned", "unclear"]))
    def decide(self, decision):
        if dispute := Answer.objects.filter(kind="dispute", decision="").first():
            self.attempt(
                rejections.decide, dispute, dispute.arbiter, decision=decision, because="Read it"
            )

    @rule()
    def those_in_nurture_return(self):
        nurture.return_due(at=self.at)

    @rule(which=people)
    def bring_back(self, which):
        if lead := self.lead(which):
            self.attempt(nurture.bring_back, lead, self.marketer, reason="They called")

    @rule(which=people, by=reps)
    def undo(self, which, by):
        if handoff := self.handoff(which):
            self.attempt(undoing.undo, handoff, self.reps[by])

    @rule(by=reps)
    def a_rep_leaves_and_comes_back(self, by):
        rep = self.reps[by]
        User.objects.filter(pk=rep.pk).update(is_active=False)
        claims.give_back_left(at=self.at)
        assert not Handoff.objects.filter(state="claimed", claimed_by=rep).exists()
        User.objects.filter(pk=rep.pk).update(is_active=True)

    @rule(which=people, to=st.sampled_from(LADDER), days=st.sampled_from([1, 30]))
    def override(self, which, to, days):
        if lead := self.lead(which):
            until = self.at + timedelta(days=days)
            self.attempt(override, lead, self.manager, to=to, reason="I know them", until=until)

    @rule(which=people, points=st.sampled_from([-20, 15]), days=st.sampled_from([1, 30]))
    def adjust(self, which, points, days):
        if lead := self.lead(which):
            until = self.at + timedelta(days=days)
            self.attempt(
                adjust, lead, self.marketer,
                kind="intent", points=points, reason="Met at the fair", until=until,
            )  # fmt: skip

    @rule(which=people)
    def end_adjustment(self, which):
        rows = list(Adjustment.objects.order_by("id"))
        if rows:
            self.attempt(end, rows[which % len(rows)], self.marketer)

    @rule(which=people)
    def end_override(self, which):
        if lead := self.lead(which):
            self.attempt(end_override, lead, self.manager)

    @rule(which=people, verb=st.sampled_from([disqualify, readmit]))
    def settle(self, which, verb):
        if lead := self.lead(which):
            self.attempt(verb, lead, self.marketer, reason="A student, or not")

    @rule(which=people, source=st.sampled_from(["Fair", "Partner"]))
    def correct_where_it_came_from(self, which, source):
        if lead := self.lead(which):
            editing_leads.edit(lead, {"source": source}, self.marketer)
            self.origins.pop(lead.pk, None)

    @rule(
        kind=st.sampled_from([SOURCES, CAMPAIGNS]),
        first=st.integers(0, 5),
        second=st.integers(0, 5),
        name=st.sampled_from([None, None, "Messe", "Fair"]),
    )
    def name_otherwise(self, kind, first, second, name):
        rows = list(kind.model.objects.standing().order_by("pk"))
        if not rows:
            return
        one, other = rows[first % len(rows)], rows[second % len(rows)]
        fields = {field: getattr(one, field) for field in kind.fields}
        if name:
            self.attempt(naming.change, kind, one, self.marketer, **fields | {"name": name})
        else:
            self.attempt(naming.merge, kind, one, other, self.marketer)

    @rule(
        first=st.integers(0, 5),
        second=st.integers(0, 5),
        name=st.sampled_from([None, None, "Mill", "Wrenfield Ltd"]),
    )
    def keep_companies(self, first, second, name):
        rows = list(Company.objects.standing().order_by("pk"))
        if not rows:
            return
        one, other = rows[first % len(rows)], rows[second % len(rows)]
        if name:
            self.attempt(keeping.edit, one, {"name": name}, self.marketer)
        else:
            self.attempt(companies.merge, one, other, self.marketer)

    @rule(which=st.integers(0, 3))
    def part_companies(self, which):
        done = list(CompanyMerge.objects.filter(undone_at=None).order_by("pk"))
        if done:
            self.attempt(companies.undo, done[which % len(done)], self.marketer)

    @rule(who=people, works_there=st.booleans(), which=st.integers(0, 5))
    def say_where_they_work(self, who, works_there, which):
        lead = Lead.objects.living().filter(email__startswith=f"person-{who}@").first()
        rows = list(Company.objects.standing().order_by("pk"))
        if lead and works_there and rows:
            self.attempt(linking.link, lead, rows[which % len(rows)], self.marketer)
        elif lead and lead.company:
            self.attempt(linking.refuse, lead, lead.company, self.marketer)

    # Two who turn out to be one, and two again.

    @rule(one=people, other=people, ends_work=st.booleans(), theirs=st.booleans())
    def merge(self, one, other, ends_work, theirs):
        lead, heir = self.lead(one), self.lead(other)
        if lead and heir:
            self.attempt(
                merging.merge, lead, heir, self.marketer,
                ends_work=ends_work, chosen={"email": theirs, "job_title": theirs},
            )  # fmt: skip

    @rule(which=people)
    def unmerge(self, which):
        rows = list(Merge.objects.order_by("id"))
        if rows:
            self.attempt(undo_merge, rows[which % len(rows)], self.marketer)

    @rule()
    def compare(self):
        refused = set(Duplicate.objects.filter(decision="refused").values_list("pk"))
        search.everybody()
        search.drain()
        still = set(Duplicate.objects.filter(decision="refused").values_list("pk"))
        assert refused == still

    @rule(one=people, other=people)
    def keep_apart(self, one, other):
        lead, heir = self.lead(one), self.lead(other)
        if lead and heir:
            self.attempt(merging.refuse_two, lead, heir, self.manager)

    # What always holds.

    @invariant()
    def where_they_came_from_stands(self):
        """But by a person's word, and two names that became one."""
        for lead in Lead.objects.select_related("source", "campaign"):
            now = {"source": lead.source, "campaign": lead.campaign}
            if not any(now.values()):
                continue
            for name, was in self.origins.setdefault(lead.pk, now).items():
                if was:
                    was.refresh_from_db()
                assert (was and (was.same_as or was)) == now[name]
            self.origins[lead.pk] = now

    @invariant()
    def everything_holds(self):
        found = [
            (answer.name, row.table, row.id, row.found)
            for answer in invariants.violations()
            for row in answer.offences
        ]
        assert not found, found

    @invariant()
    def only_poison_is_tried_twice_or_parked(self):
        rest = Judgement.objects.exclude(lead__job_title=POISON).filter(lead__news=None)
        assert (
            not rest.filter(parked_error="")
            .exclude(attempts=0)
            .filter(rescore_at__gt=self.at)
            .exists()
        )
        assert not Judgement.objects.exclude(parked_error="").filter(attempts__lt=5).exists()

    @invariant()
    def the_last_day_kept_is_the_score(self):
        for lead in Lead.objects.exclude(judgement__total=None):
            newest = DayScore.objects.filter(lead=lead).order_by("-day").first()
            assert (newest.fit, newest.intent) == (lead.judgement.fit, lead.judgement.intent)

    @invariant()
    def the_lines_of_a_score_sum_to_it(self):
        for lead in Lead.objects.exclude(judgement__total=None):
            told = explain(lead)
            assert sum(line.points for line in told.lines) == told.total == lead.judgement.total

    @invariant()
    def nobody_is_two_leads(self):
        assert Lead.objects.count() <= 3

    @invariant()
    def a_rep_moved_every_lead_over_the_line(self):
        over = StageChange.objects.filter(target="claimed").exclude(origin="merged")
        assert not over.exclude(actor="rep").exists()
        assert not over.filter(person=None).exists()


Life.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
class TestLife(Life.TestCase):
    """Run by pytest; each example is one life, undone at its end."""

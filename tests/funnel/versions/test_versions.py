"""A version lives from draft to retirement, and acts only with both signatures on its content."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Portal
from accounts.roles import Role, Side
from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion, Signature, VersionState
from funnel.versions import current, editing, signing, switching
from funnel.versions.states import ChangedMeanwhile, NotSigned, VersionError, WouldVoid
from tests import factories
from tests.concurrently import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketing():
    return factories.marketing_manager()


@pytest.fixture
def sales():
    return factories.sales_manager()


def changed(line=60):
    content = deepcopy(current.live().content)
    content["definitions"]["sql"]["line"] = line
    return content


@pytest.fixture
def draft(marketing):
    return editing.draft(changed(), author=marketing)


@pytest.fixture
def signed(draft, marketing, sales):
    editing.propose(draft)
    signing.sign(draft, marketing, Side.MARKETING)
    signing.sign(draft, sales, Side.SALES)
    return draft


def test_a_new_installation_has_a_live_version_that_says_it_was_shipped():
    version = current.live()

    assert (version.number, version.is_shipped_default) == (1, True)
    assert {s.side for s in signing.valid_signatures(version)} == {"marketing", "sales"}


def test_a_draft_takes_the_next_number_and_changes_nothing(draft):
    assert (draft.number, draft.state) == (2, "draft")
    assert current.live().number == 1


def test_there_is_one_draft_at_a_time(draft, sales):
    with pytest.raises(VersionError, match="v2 is being edited"):
        editing.draft(changed(), author=sales)


def test_the_database_knows_one_draft_or_proposal_too(draft):
    with pytest.raises(IntegrityError, match="criteria_one_draft_or_proposed"):
        CriteriaVersion.objects.create(number=9, content={}, content_hash="x")


@pytest.mark.parametrize("content", [None, [], {"rules": None}, {"rules": [None]}])
def test_a_draft_that_is_no_criteria_is_refused(content, marketing):
    with pytest.raises(ConditionError):
        editing.draft(content, author=marketing)


def test_a_draft_can_be_edited_and_keeps_its_number(draft):
    edited = editing.edit(draft, changed(65), read_hash=draft.content_hash)

    assert (edited.number, edited.content["definitions"]["sql"]["line"]) == (2, 65)
    assert edited.content_hash == editing.content_hash(edited.content)


def test_an_edit_of_what_somebody_else_changed_meanwhile_is_refused(draft):
    read_hash = draft.content_hash
    editing.edit(draft, changed(65), read_hash=read_hash)

    with pytest.raises(ChangedMeanwhile):
        editing.edit(draft, changed(66), read_hash=read_hash)
    assert CriteriaVersion.objects.get(pk=draft.pk).content["definitions"]["sql"]["line"] == 65


def test_only_a_proposed_version_is_signed(draft, marketing):
    with pytest.raises(VersionError, match="v2 is draft"):
        signing.sign(draft, marketing, Side.MARKETING)


@pytest.mark.parametrize(
    ("role", "side"),
    [
        (Role.MARKETING, Side.MARKETING),
        (Role.SALES, Side.SALES),
        (Role.ADMIN, Side.SALES),
        (Role.MARKETING_MANAGER, Side.SALES),
        (Role.SALES_MANAGER, Side.MARKETING),
    ],
)
def test_only_the_manager_of_a_side_signs_for_it(draft, role, side):
    editing.propose(draft)

    with pytest.raises(VersionError, match="Only a manager of"):
        signing.sign(draft, factories.person(role), side)


def test_a_side_signs_once(draft, marketing):
    editing.propose(draft)
    signing.sign(draft, marketing, Side.MARKETING)

    with pytest.raises(VersionError, match="has signed v2 already"):
        signing.sign(draft, factories.person(Role.MARKETING_MANAGER), Side.MARKETING)


def test_one_person_signs_for_both_sides_only_where_the_settings_allow_it(draft):
    both = factories.person(Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    editing.propose(draft)
    signing.sign(draft, both, Side.MARKETING)

    with pytest.raises(VersionError, match="the settings can allow both"):
        signing.sign(draft, both, Side.SALES)
    Portal.load()
    Portal.objects.update(both_hats=True)
    signature = signing.sign(draft, both, Side.SALES)

    assert signature.both_hats


@pytest.mark.parametrize("sides", [[], [Side.MARKETING], [Side.SALES]])
def test_nothing_goes_live_without_both_signatures(draft, marketing, sales, sides):
    editing.propose(draft)
    for side in sides:
        signing.sign(draft, marketing if side == Side.MARKETING else sales, side)

    with pytest.raises(NotSigned):
        switching.switch_on(draft)
    with pytest.raises(NotSigned):
        switching.schedule(draft, timezone.now())
    assert current.live().number == 1


def test_an_edit_of_a_proposed_version_makes_its_signatures_void(signed, marketing):
    edited = editing.edit(signed, changed(66), read_hash=signed.content_hash)
    editing.propose(edited)

    assert signing.valid_signatures(edited) == []
    assert edited.signatures.filter(voided_at=None).count() == 0
    with pytest.raises(NotSigned):
        switching.switch_on(edited)


def test_an_edit_does_not_void_a_signature_its_editor_was_not_told_about(signed, marketing):
    known = {signed.signatures.get(side=Side.MARKETING).pk}

    with pytest.raises(WouldVoid):
        editing.edit(signed, changed(66), read_hash=signed.content_hash, voiding=known)
    assert len(signing.valid_signatures(signed)) == 2

    everything = set(signed.signatures.values_list("pk", flat=True))
    editing.edit(signed, changed(66), read_hash=signed.content_hash, voiding=everything)
    assert signing.valid_signatures(signed) == []


def test_an_edit_says_who_saved_last_and_may_say_what_it_is_based_on(draft, sales):
    at = timezone.now() + timedelta(hours=1)

    editing.edit(
        draft,
        changed(66),
        read_hash=draft.content_hash,
        by=sales,
        note="Back to v1",
        based_on=current.live(),
        at=at,
    )

    draft.refresh_from_db()
    assert (draft.saved_by, draft.saved_at, draft.note) == (sales, at, "Back to v1")
    assert draft.based_on == current.live()


def test_what_is_proposed_is_what_was_read(draft):
    read_hash = draft.content_hash
    editing.edit(draft, changed(66), read_hash=read_hash)

    with pytest.raises(ChangedMeanwhile):
        editing.propose(draft, read_hash=read_hash)


def test_a_signature_on_what_was_edited_since_it_was_read_is_refused(draft, marketing):
    read_hash = draft.content_hash
    editing.propose(draft)
    editing.edit(draft, changed(66), read_hash=read_hash)
    editing.propose(draft)

    with pytest.raises(ChangedMeanwhile):
        signing.sign(draft, marketing, Side.MARKETING, read_hash=read_hash)
    assert signing.valid_signatures(draft) == []


def test_sending_back_makes_a_draft_of_it_with_the_reason_and_without_signatures(signed, sales):
    refusal = editing.send_back(signed, sales, note="14 is too few for pricing")

    signed.refresh_from_db()
    assert (signed.state, signed.proposed_at) == ("draft", None)
    assert signing.valid_signatures(signed) == []
    assert (refusal.refused_by, refusal.note) == (sales, "14 is too few for pricing")


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SALES, Role.ADMIN])
def test_only_a_manager_of_a_department_sends_back(signed, role):
    with pytest.raises(VersionError, match="Only a manager"):
        editing.send_back(signed, factories.person(role), note="No")
    assert len(signing.valid_signatures(signed)) == 2


def test_a_draft_is_not_sent_back(draft, sales):
    with pytest.raises(VersionError, match="v2 is draft"):
        editing.send_back(draft, sales, note="No")


def test_a_schedule_is_taken_back_and_the_signatures_stand(signed, sales):
    when = timezone.now() + timedelta(days=1)
    switching.schedule(signed, when, by=sales, confirmed_sqls=25)

    back = switching.take_schedule_back(signed)

    assert (back.state, back.scheduled_for) == ("proposed", None)
    assert (back.switched_on_by, back.confirmed_sqls) == (None, None)
    assert len(signing.valid_signatures(back)) == 2
    assert switching.switch_on_scheduled(at=when) is None


def test_only_a_schedule_is_taken_back(signed):
    with pytest.raises(VersionError, match="v2 is proposed"):
        switching.take_schedule_back(signed)


def test_a_schedule_stands_while_another_version_is_being_edited(signed, marketing):
    switching.schedule(signed, timezone.now() + timedelta(days=1))
    editing.draft(changed(66), author=marketing)

    with pytest.raises(VersionError, match="v3 is being edited"):
        switching.take_schedule_back(signed)


def test_one_version_waits_for_its_time(signed, marketing, sales):
    when = timezone.now() + timedelta(days=1)
    switching.schedule(signed, when)
    second = editing.draft(changed(66), author=marketing)
    editing.propose(second)
    signing.sign(second, marketing, Side.MARKETING)
    signing.sign(second, sales, Side.SALES)

    with pytest.raises(VersionError, match="v2 waits for its time already"):
        switching.schedule(second, when)

    second.refresh_from_db()
    assert second.state == "proposed"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_a_draft_at_once_the_second_is_told(marketing):
    content = changed()

    def start():
        return editing.draft(content, author=marketing)

    answers = at_once([start, start])

    assert {type(answer) for answer in answers} == {CriteriaVersion, VersionError}
    assert CriteriaVersion.objects.editable().count() == 1


def test_a_manager_is_waited_for_until_their_side_signed(draft, marketing, sales):
    def waiting() -> list[int]:
        people = (marketing, sales, factories.marketer())
        return [signing.signatures_waiting_for(person).count() for person in people]

    assert waiting() == [0, 0, 0]

    editing.propose(draft)
    assert waiting() == [1, 1, 0]

    signing.sign(draft, marketing, Side.MARKETING)
    assert waiting() == [0, 1, 0]

    editing.edit(draft, changed(66), read_hash=draft.content_hash)
    editing.propose(draft)
    assert waiting() == [1, 1, 0]


def test_drafts_are_seen_by_those_who_write_the_criteria_and_proposals_by_all(draft):
    rep, marketer, admin = factories.outsider(), factories.marketer(), factories.admin()

    assert draft not in CriteriaVersion.objects.visible_to(rep)
    assert draft in CriteriaVersion.objects.visible_to(marketer)
    assert draft in CriteriaVersion.objects.visible_to(admin)

    editing.propose(draft)
    assert draft in CriteriaVersion.objects.visible_to(rep)


def test_switching_on_retires_the_version_before(signed):
    at = timezone.now()

    live = switching.switch_on(signed, at=at)

    before = CriteriaVersion.objects.get(number=1)
    assert (live.state, live.live_at) == ("live", at)
    assert (before.state, before.retired_at) == ("retired", at)
    assert current.live() == live


def test_a_version_is_switched_on_once(signed):
    switching.switch_on(signed)

    with pytest.raises(VersionError, match="v2 is live"):
        switching.switch_on(signed)


def test_a_scheduled_version_goes_live_at_its_time_and_not_before(signed):
    when = timezone.now() + timedelta(days=1)
    switching.schedule(signed, when)

    assert switching.switch_on_scheduled(at=when - timedelta(seconds=1)) is None
    assert switching.switch_on_scheduled(at=when).number == 2
    assert switching.switch_on_scheduled(at=when) is None


def test_it_is_kept_who_proposed_and_switched_on_and_what_they_confirmed(signed, marketing, sales):
    unsigned = editing.edit(signed, changed(66), read_hash=signed.content_hash)
    assert unsigned.proposed_by is None

    editing.propose(unsigned, by=marketing)
    signing.sign(unsigned, marketing, Side.MARKETING)
    signing.sign(unsigned, sales, Side.SALES)
    switching.switch_on(unsigned, by=sales, confirmed_sqls=25)

    live = current.live()
    assert (live.proposed_by, live.switched_on_by, live.confirmed_sqls) == (marketing, sales, 25)


def test_what_was_scheduled_was_switched_on_by_whoever_scheduled_it(signed, sales):
    when = timezone.now() + timedelta(days=1)
    switching.schedule(signed, when, by=sales, confirmed_sqls=25)

    live = switching.switch_on_scheduled(at=when)

    assert (live.switched_on_by, live.confirmed_sqls) == (sales, 25)


def test_going_back_is_a_new_version_that_both_sign_again(signed, marketing, sales):
    switching.switch_on(signed)
    old = CriteriaVersion.objects.get(number=1)

    back = editing.draft(old.content, author=marketing, based_on=old)
    editing.propose(back)
    with pytest.raises(NotSigned):
        switching.switch_on(back)
    signing.sign(back, marketing, Side.MARKETING)
    signing.sign(back, sales, Side.SALES)
    switching.switch_on(back)

    assert (current.live().number, current.live().content_hash) == (3, old.content_hash)
    with pytest.raises(IntegrityError, match="retired"), transaction.atomic():
        CriteriaVersion.objects.filter(pk=old.pk).update(state="live", retired_at=None)


# What the database itself refuses.


def refused(match):
    return pytest.raises(IntegrityError, match=match)


@pytest.mark.parametrize("field", ["content", "content_hash", "number"])
@pytest.mark.parametrize(
    "state", [VersionState.PROPOSED, VersionState.SCHEDULED, VersionState.LIVE]
)
def test_the_content_of_a_signed_version_is_frozen(signed, state, field):
    if state == VersionState.SCHEDULED:
        switching.schedule(signed, timezone.now())
    if state == VersionState.LIVE:
        switching.switch_on(signed)
    value = {"content": {}, "content_hash": "x", "number": 77}[field]

    with refused("frozen"), transaction.atomic():
        CriteriaVersion.objects.filter(pk=signed.pk).update(**{field: value})


def test_a_retired_version_is_frozen(signed):
    switching.switch_on(signed)

    with refused("frozen"), transaction.atomic():
        CriteriaVersion.objects.filter(number=1).update(content={})


def test_criteria_start_as_a_draft():
    with refused("start as a draft"), transaction.atomic():
        CriteriaVersion.objects.create(
            number=9, content={}, content_hash="x", state="live", live_at=timezone.now()
        )


def test_not_even_sql_switches_on_what_is_not_signed(draft):
    with refused("lacks a signature"), transaction.atomic():
        CriteriaVersion.objects.live().update(state="retired", retired_at=timezone.now())
        CriteriaVersion.objects.filter(pk=draft.pk).update(state="live", live_at=timezone.now())


def test_there_is_never_a_second_live_version(signed):
    with refused("criteria_one_live"), transaction.atomic():
        CriteriaVersion.objects.filter(pk=signed.pk).update(state="live", live_at=timezone.now())


def test_a_live_version_only_retires_and_is_never_deleted(signed):
    with refused("can only retire"), transaction.atomic():
        CriteriaVersion.objects.live().update(state="draft", live_at=None)
    with refused("cannot be deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM funnel_criteriaversion WHERE state = 'live'")


def test_a_refusal_says_why(signed, sales):
    with refused("refusal_says_why"), transaction.atomic():
        signed.refusals.create(refused_by=sales, note="")


def test_a_signature_is_voided_but_never_changed_deleted_or_restored(signed, sales):
    signature = signed.signatures.get(side="marketing")
    for change in ({"signed_by": sales}, {"content_hash": "x"}, {"side": "sales"}):
        with refused("never changed"), transaction.atomic():
            Signature.objects.filter(pk=signature.pk).update(**change)
    with refused("never changed"), transaction.atomic():
        Signature.objects.filter(pk=signature.pk).delete()

    Signature.objects.filter(pk=signature.pk).update(voided_at=timezone.now())
    with refused("never changed"), transaction.atomic():
        Signature.objects.filter(pk=signature.pk).update(voided_at=None)

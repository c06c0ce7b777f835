"""Managers keep the list of reasons for rejecting."""

import json

import pytest

from accounts.models import SettingChange
from funnel.models import Reason
from funnel.reasons import reasons
from tests import factories

pytestmark = pytest.mark.django_db
TYPED = {"label": "Too far away", "family": "profile", "destination": "close"}


@pytest.fixture
def boss(as_user):
    return as_user(factories.sales_manager())


def labels():
    return list(Reason.objects.filter(is_active=True).values_list("label", flat=True))


def test_a_manager_adds_a_reason_at_the_end(boss):
    answer = boss.post("/settings/reasons/new", TYPED)

    assert answer["Location"] == "/settings/reasons"
    added = Reason.objects.get(label="Too far away")
    assert (added.family, added.destination, added.may_return) == ("profile", "close", False)
    assert labels()[-1] == "Too far away"
    assert "“Too far away” is in the list." in boss.get("/settings/reasons").content.decode()


def test_a_name_stands_for_one_reason_only(boss):
    factories.reason("Too far away")

    answer = boss.post("/settings/reasons/new", TYPED | {"label": "too FAR away"})

    assert answer.status_code == 422
    assert "There is a reason called “Too far away”." in answer.content.decode()


def test_a_retired_name_is_to_be_brought_back(boss):
    reasons.retire(factories.reason("Too far away"), factories.sales_manager())

    answer = boss.post("/settings/reasons/new", TYPED)

    assert "It is retired; bring it back." in answer.content.decode()


def test_a_rename_reaches_who_was_rejected_for_it(boss):
    handoff = factories.rejected()

    boss.post(f"/settings/reasons/{handoff.reason_id}", TYPED | {"may_return": "on"})

    handoff.refresh_from_db()
    assert (str(handoff.reason), handoff.reason.may_return) == ("Too far away", True)


def test_reasons_move_up_and_down_and_not_beyond_the_ends(boss):
    first, second = Reason.objects.all()[:2]

    boss.post(f"/settings/reasons/{second.pk}/move", {"way": "up"})
    assert list(Reason.objects.all()[:2]) == [second, first]
    boss.post(f"/settings/reasons/{second.pk}/move", {"way": "up"})
    boss.post(f"/settings/reasons/{second.pk}/move", {"way": "down"})

    assert list(Reason.objects.all()[:2]) == [first, second]
    positions = list(Reason.objects.values_list("position", flat=True))
    assert positions == list(range(len(positions)))


def test_a_used_reason_is_retired_and_not_deleted(boss):
    handoff = factories.rejected(reason=factories.reason("Too far away"))
    url = f"/settings/reasons/{handoff.reason_id}"

    refused = boss.post(f"{url}/delete")
    boss.post(f"{url}/retire")

    assert refused.status_code == 409
    assert "Retire it instead." in refused.content.decode()
    assert "Too far away" not in labels()
    assert "Too far away" in boss.get("/settings/reasons").content.decode()
    boss.post(f"{url}/back")
    assert "Too far away" in labels()


def test_an_unused_reason_is_deleted(boss):
    reason = factories.reason("Odd")

    boss.post(f"/settings/reasons/{reason.pk}/delete")

    assert not Reason.objects.filter(label="Odd").exists()
    assert boss.post(f"/settings/reasons/{reason.pk}/retire").status_code == 404


def test_one_reason_stays_in_use(boss):
    last = factories.reason("The last")
    Reason.objects.exclude(pk=last.pk).update(is_active=False)

    assert boss.post(f"/settings/reasons/{last.pk}/retire").status_code == 409
    assert boss.post(f"/settings/reasons/{last.pk}/delete").status_code == 409
    assert labels() == ["The last"]


def test_what_is_changed_is_remembered_with_who(boss):
    reason = factories.reason("Odd")
    boss.post(f"/settings/reasons/{reason.pk}", TYPED)
    boss.post(f"/settings/reasons/{reason.pk}", TYPED)

    change = SettingChange.objects.get()
    assert change.old == "“Odd” (not our profile, nurture, may come back)"
    assert change.new == "“Too far away” (not our profile, close)"
    text = boss.get("/settings").content.decode()
    assert "Reason for rejecting" in text and 'href="/settings/reasons"' in text


def test_an_admin_reads_the_list_and_changes_nothing(as_user):
    text = as_user(factories.admin()).get("/settings/reasons").content.decode()

    assert labels()[0] in text and "A manager can change it." in text
    assert "/settings/reasons/new" not in text


def test_the_usual_answer_is_said_where_its_column_has_no_room(boss):
    Reason.objects.update(destination="close")

    text = boss.get("/settings/reasons").content.decode()

    assert text.count('<p class="only-narrow mut">Usually: Close</p>') == len(labels()) > 0


@pytest.mark.parametrize("act", ["move", "retire", "back", "delete"])
def test_what_writes_is_posted(boss, act):
    reason = factories.reason()
    before = list(Reason.objects.values())

    answer = boss.get(f"/settings/reasons/{reason.pk}/{act}")

    assert list(Reason.objects.values()) == before
    assert (answer.status_code, answer["Location"]) == (302, "/settings/reasons")


def seen(reason):
    values = {name: getattr(reason, name) for name in reasons.FIELDS}
    typed = {name: value for name, value in values.items() if value is not False}
    return typed | {"read": json.dumps(values)}


def test_two_managers_who_change_two_things_both_succeed(boss):
    reason = factories.reason("Too far away")
    mine = seen(reason) | {"label": "Out of reach"}
    reasons.change(reason, factories.marketing_manager(), destination="close")

    answer = boss.post(f"/settings/reasons/{reason.pk}", mine)

    reason.refresh_from_db()
    assert answer.status_code == 302
    assert (reason.label, reason.destination) == ("Out of reach", "close")


def test_of_two_managers_the_second_sees_theirs_and_yours(boss):
    reason = factories.reason("Too far away")
    mine = seen(reason) | {"label": "Out of reach"}
    reasons.change(reason, factories.marketing_manager(), label="Far off")

    answer = boss.post(f"/settings/reasons/{reason.pk}", mine, headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "<bdi>Tomasz Zieliński</bdi> saved this before you" in text
    assert "Far off" in text and "Out of reach" in text
    reason.refresh_from_db()
    assert reason.label == "Far off"

    again = mine | {"read": answer.context["form"].as_read()}
    boss.post(f"/settings/reasons/{reason.pk}", again)

    reason.refresh_from_db()
    assert reason.label == "Out of reach"

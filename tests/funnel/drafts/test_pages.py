"""The draft page: started from a version, edited by form, kept from being overwritten."""

import re

import pytest

from accounts.roles import Role, Side
from funnel.models import CriteriaVersion
from funnel.versions import current, editing, signing, switching
from leads.models import CustomField
from tests import factories
from tests.funnel.conftest import content, posted

pytestmark = pytest.mark.django_db

URL = "/criteria/drafts/2"


def rule(version, id_):
    version.refresh_from_db()
    return next((one for one in version.content["rules"] if one["id"] == id_), None)


def ids(version):
    version.refresh_from_db()
    return [one["id"] for one in version.content["rules"]]


# Starting one.


def test_a_marketer_starts_a_draft_from_the_live_version(as_user, marketer):
    answer = as_user(marketer).post("/criteria/drafts", {"from": "1"})

    assert (answer.status_code, answer["Location"]) == (302, URL)
    draft = CriteriaVersion.objects.get(number=2)
    assert (draft.state, draft.author, draft.based_on.number) == ("draft", marketer, 1)
    assert draft.content == current.live().content


@pytest.mark.parametrize("role", [Role.SALES, Role.ADMIN])
def test_who_does_not_write_the_criteria_starts_none(as_user, role):
    answer = as_user(factories.person(role)).post("/criteria/drafts")

    assert answer.status_code == 403
    assert "Only marketers" in answer.content.decode()


def test_starting_is_no_link(as_user, marketer):
    assert as_user(marketer).get("/criteria/drafts")["Location"] == "/criteria"


def test_nothing_starts_from_a_version_that_is_not_there(as_user, marketer):
    assert as_user(marketer).post("/criteria/drafts", {"from": "99"}).status_code == 404


def test_there_is_one_draft_at_a_time_and_it_names_its_author(as_user, draft, marketing):
    answer = as_user(marketing).post("/criteria/drafts", {"from": "1"})

    assert answer.status_code == 409
    assert "Ines Carvalho started it" in answer.content.decode()
    assert CriteriaVersion.objects.count() == 2


def test_going_back_replaces_the_draft_after_asking(as_user, draft, marketing):
    client = as_user(marketing)
    asks = client.post("/criteria/drafts", {"from": "1"})

    said = {"from": "1", "read_hash": draft.content_hash, "voiding": asks.context["bar"].voiding}
    answer = client.post("/criteria/drafts", said)

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.content, draft.saved_by) == (current.live().content, marketing)


def test_a_draft_that_was_edited_while_one_was_asked_is_not_replaced(as_user, draft, marketing):
    said = {"from": "1", "read_hash": draft.content_hash, "voiding": ""}
    editing.edit(draft, content(pricing=20), read_hash=draft.content_hash)

    answer = as_user(marketing).post("/criteria/drafts", said)

    assert answer.status_code == 409
    assert rule(draft, "pricing")["points"] == 20


def test_going_back_to_a_retired_version_says_so(as_user, marketer):
    factories.switched_on(content())

    as_user(marketer).post("/criteria/drafts", {"from": "1"})

    draft = CriteriaVersion.objects.get(number=3)
    assert (draft.based_on.number, draft.note) == (1, "Back to v1")


def test_nobody_goes_back_to_a_version_that_asks_for_a_field_that_is_gone(as_user, marketer):
    CustomField.objects.get(name="purchase_timeline").delete()

    answer = as_user(marketer).post("/criteria/drafts", {"from": "1"})

    assert answer.status_code == 409
    assert "purchase_timeline" in answer.content.decode()


# Reading it.


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.MARKETING, 200),
        (Role.MARKETING_MANAGER, 200),
        (Role.SALES_MANAGER, 200),
        (Role.ADMIN, 200),
        (Role.SALES, 403),
    ],
)
def test_a_draft_is_read_by_those_who_write_criteria_and_by_the_admin(as_user, draft, role, status):
    assert as_user(factories.person(role)).get(URL).status_code == status


def test_an_admin_reads_without_being_offered_to_edit(as_user, draft):
    html = as_user(factories.admin()).get(URL).content.decode()

    assert "You are reading a draft" in html
    assert 'name="points.' not in html
    assert ">Save<" not in html


def test_the_page_says_what_is_changed_and_what_was(as_user, draft, marketer):
    editing.edit(draft, content(pricing=20), read_hash=draft.content_hash)

    answer = as_user(marketer).get(URL)

    rows = {i["row"].id: i["row"] for group in answer.context["groups"] for i in group["rows"]}
    assert (rows["pricing"].status, rows["pricing"].was_points) == ("chg", 15)
    assert answer.context["count"] == 2


def test_a_version_that_is_no_draft_is_read_on_its_own_page(as_user, marketer):
    assert as_user(marketer).get("/criteria/drafts/1")["Location"] == "/criteria/1"
    assert as_user(marketer).get("/criteria/drafts/99").status_code == 404


def test_the_number_of_a_draft_leads_to_it(as_user, draft, marketer, rep):
    assert as_user(marketer).get("/criteria/2")["Location"] == URL
    assert as_user(rep).get("/criteria/2").status_code == 404


def test_a_draft_that_asks_for_a_field_that_is_gone_offers_its_text(as_user, draft, marketer):
    CustomField.objects.get(name="purchase_timeline").delete()
    client = as_user(marketer)

    assert "Edit it as text" in client.get(URL).content.decode()
    assert client.get(f"{URL}/text").status_code == 200


def test_few_queries(as_user, draft, marketing, django_assert_max_num_queries):
    client = as_user(marketing)
    client.get(URL)

    with django_assert_max_num_queries(12):
        assert client.get(URL).status_code == 200


# Editing it.


def test_points_and_lines_are_saved(as_user, draft, marketing):
    typed = posted(draft, points__pricing="20", line__sql="80", band__1__size="8")

    answer = as_user(marketing).post(URL, typed)

    assert (answer.status_code, answer["Location"]) == (302, URL)
    assert rule(draft, "pricing")["points"] == 20
    assert rule(draft, "size")["table"]["bands"][1]["points"] == 8
    assert draft.content["definitions"]["sql"]["line"] == 80
    assert draft.saved_by == marketing


def test_saving_what_is_there_already_changes_nothing(as_user, draft, marketing):
    as_user(marketing).post(URL, posted(draft, points__pricing="15"))

    draft.refresh_from_db()
    assert draft.saved_by == draft.author


@pytest.mark.parametrize("typed", ["", "many", "1.5", "1001"])
def test_points_that_are_none_are_named_and_kept(as_user, draft, marketer, typed):
    answer = as_user(marketer).post(URL, posted(draft, points__pricing=typed))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in html
    assert "Enter the points of “Visited pricing 3 times in a week” as a whole number" in html
    assert "<title>Error: " in html
    if typed:
        assert f'value="{typed}"' in html
    assert rule(draft, "pricing")["points"] == 15


def test_the_sql_line_is_not_below_the_mql_line(as_user, draft, marketer):
    answer = as_user(marketer).post(URL, posted(draft, line__sql="30"))

    assert answer.status_code == 422
    assert "The SQL line is below the MQL line. Enter 45 or more." in answer.content.decode()


def test_a_rule_is_removed_and_put_back(as_user, draft, marketer):
    client, before = as_user(marketer), ids(draft)

    client.post(URL, posted(draft, act="remove:chat"))
    assert "chat" not in ids(draft)
    assert "Put back" in client.get(URL).content.decode()

    answer = client.post(URL, posted(draft, act="back:chat"))
    assert ids(draft) == before
    assert answer["Location"] == f"{URL}#rule-chat"


def test_a_rule_is_moved_among_those_of_its_section(as_user, draft, marketer):
    client = as_user(marketer)

    client.post(URL, posted(draft, act="up:call"))
    assert ids(draft).index("call") < ids(draft).index("demo")

    client.post(URL, posted(draft, act="down:call"))
    assert ids(draft).index("demo") < ids(draft).index("call")

    before = ids(draft)
    client.post(URL, posted(draft, act="up:demo"))  # the first of its section
    assert ids(draft) == before


def test_a_button_saves_what_was_typed_beside_it(as_user, draft, marketer):
    as_user(marketer).post(URL, posted(draft, act="remove:chat", points__pricing="20"))

    assert rule(draft, "chat") is None
    assert rule(draft, "pricing")["points"] == 20


@pytest.mark.parametrize("role", [Role.SALES, Role.ADMIN])
def test_who_may_not_draft_saves_nothing(as_user, draft, role):
    answer = as_user(factories.person(role)).post(URL, posted(draft, points__pricing="20"))

    assert answer.status_code == 403
    assert rule(draft, "pricing")["points"] == 15


# Two people.


def test_who_saves_second_sees_theirs_and_their_own(as_user, draft, marketer, sales):
    hers = posted(draft, points__pricing="20", **{"initial-points__pricing": "15"})
    his = posted(draft, points__chat="9", **{"initial-points__chat": "6"})
    as_user(marketer).post(URL, hers)

    client = as_user(sales)
    answer = client.post(URL, his)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Ines Carvalho saved v2 before you" in html
    assert "Gives +6" in html
    assert "Gives +9" in html
    assert rule(draft, "chat")["points"] == 6

    # Taken over on purpose, his change is saved and hers stays.
    again = dict(answer.context["typed"]) | {"read_hash": draft.content_hash}
    assert client.post(URL, again).status_code == 302
    assert (rule(draft, "chat")["points"], rule(draft, "pricing")["points"]) == (9, 20)


def test_what_was_only_shown_does_not_undo_what_the_other_saved(as_user, draft, marketer, sales):
    before = {"points.pricing": "15", "initial-points.pricing": "15"}
    his = posted(draft, points__chat="9") | before
    as_user(marketer).post(URL, posted(draft, points__pricing="20"))

    answer = as_user(sales).post(URL, his)

    assert "points.pricing" not in dict(answer.context["typed"])


def test_a_draft_that_is_live_by_now_is_not_saved(as_user, draft, marketer, marketing, sales):
    typed = posted(draft, points__pricing="20")
    editing.propose(draft)
    signing.sign(draft, marketing, Side.MARKETING)
    signing.sign(draft, sales, Side.SALES)
    switching.switch_on(draft)

    answer = as_user(marketer).post(URL, typed)

    assert answer.status_code == 409
    assert "v2 is live by now" in answer.content.decode()
    assert rule(draft, "pricing")["points"] == 15


# A proposed version is edited after asking.


def test_an_edit_of_a_signed_version_says_whose_signature_is_lost(
    as_user, proposed, marketer, marketing
):
    signing.sign(proposed, marketing, Side.MARKETING)
    client = as_user(marketer)

    asks = client.post(URL, posted(proposed, points__pricing="20"))

    assert "The signature of Tomasz Zieliński for Marketing is lost" in asks.content.decode()
    assert len(signing.valid_signatures(proposed)) == 1

    again = dict(asks.context["typed"]) | {"voiding": asks.context["bar"].voiding}
    client.post(URL, posted(proposed) | again)
    proposed.refresh_from_db()
    assert (proposed.state, signing.valid_signatures(proposed)) == ("draft", [])
    assert rule(proposed, "pricing")["points"] == 20


def test_a_signature_given_while_one_was_asked_is_asked_about_again(
    as_user, proposed, marketer, marketing
):
    client = as_user(marketer)
    asks = client.post(URL, posted(proposed, points__pricing="20"))
    assert "Nobody has signed yet" in asks.content.decode()
    signing.sign(proposed, marketing, Side.MARKETING)

    again = dict(asks.context["typed"]) | {"voiding": asks.context["bar"].voiding}
    answer = client.post(URL, posted(proposed) | again)

    assert "The signature of Tomasz Zieliński" in answer.content.decode()
    assert len(signing.valid_signatures(proposed)) == 1


# As text.


def test_the_whole_is_edited_as_text(as_user, draft, marketer):
    client = as_user(marketer)
    page = client.get(f"{URL}/text")
    text = page.context["form"].initial["text"].replace("points: 15", "points: 16")

    answer = client.post(f"{URL}/text", posted(draft, text=text))

    assert answer["Location"] == URL
    assert rule(draft, "pricing")["points"] == 16


def test_a_mistake_in_the_text_is_named_with_its_place_and_the_text_kept(as_user, draft, marketer):
    client = as_user(marketer)
    text = client.get(f"{URL}/text").context["form"].initial["text"]
    wrong = text.replace("op: starts_with", "op: begins")

    answer = client.post(f"{URL}/text", posted(draft, text=wrong))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in html
    assert re.search(r"Line \d+, rules\.\d+\.when\.where\.0\.op: ", html)
    assert "op: begins" in html
    assert rule(draft, "pricing")["points"] == 15


def test_comments_in_the_text_are_said_to_be_lost(as_user, draft, marketer):
    client = as_user(marketer)
    page = client.get(f"{URL}/text")
    text = f"# Agreed in May\n{page.context['form'].initial['text']}".replace(
        "line: 75", "line: 76"
    )

    answer = client.post(f"{URL}/text", posted(draft, text=text), follow=True)

    assert "Comments after # are not kept" in page.content.decode()
    assert "The comments of the text are not kept." in answer.content.decode()


def test_text_that_is_no_yaml_is_refused_with_its_line(as_user, draft, marketer):
    answer = as_user(marketer).post(f"{URL}/text", posted(draft, text="a: [1\nb: 2"))

    assert answer.status_code == 422
    assert "This is not YAML" in answer.content.decode()


def test_text_over_what_somebody_else_saved_is_shown_beside_it(as_user, draft, marketer, sales):
    client = as_user(sales)
    text = client.get(f"{URL}/text").context["form"].initial["text"]
    his = posted(draft, text=text.replace("points: 15", "points: 16"))
    as_user(marketer).post(URL, posted(draft, points__chat="9"))

    answer = client.post(f"{URL}/text", his)

    assert answer.status_code == 409
    assert "Gives +9" in answer.content.decode()
    assert rule(draft, "chat")["points"] == 9


@pytest.mark.parametrize("role", [Role.SALES, Role.ADMIN])
def test_the_text_is_for_who_may_edit_it(as_user, draft, role):
    assert as_user(factories.person(role)).get(f"{URL}/text").status_code == 403


def test_there_is_no_text_to_edit_of_a_live_version(as_user, marketer):
    assert as_user(marketer).get("/criteria/drafts/1/text")["Location"] == "/criteria/1"
    assert as_user(marketer).get("/criteria/drafts/99/text").status_code == 404

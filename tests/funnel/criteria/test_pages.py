import pytest

from accounts.roles import Side
from funnel import defaults
from funnel.stages import Stage
from funnel.versions import editing, signing, switching
from leads.models import CustomField
from tests import factories

pytestmark = pytest.mark.django_db


def signed_version(note: str = "Free mail loses more"):
    """v2, signed by a manager of each side and live."""
    author = factories.marketing_manager()
    version = editing.draft(defaults.CONTENT, author=author, note=note)
    editing.propose(version)
    signing.sign(version, author, Side.MARKETING)
    signing.sign(version, factories.sales_manager(), Side.SALES)
    return switching.switch_on(version)


@pytest.mark.parametrize(
    "person",
    [
        factories.marketer,
        factories.outsider,
        factories.marketing_manager,
        factories.sales_manager,
        factories.admin,
    ],
)
def test_everybody_reads_the_criteria(as_user, person):
    client = as_user(person())

    assert client.get("/criteria").status_code == 200
    assert client.get("/criteria/1").status_code == 200
    assert client.get("/criteria/standing").status_code == 200


def test_the_live_page_says_what_accept_asks_for(as_user):
    page = as_user(factories.rep()).get("/criteria").content.decode()

    assert "Accept asks for 3 of 4: budget, authority, need, timing." in page


def test_strangers_sign_in_first(client):
    assert client.get("/criteria").status_code == 302


def test_the_shipped_version_says_that_nobody_signed(as_user):
    html = as_user(factories.outsider()).get("/criteria").content.decode()

    assert "Shipped default" in html
    assert html.count("Nobody yet") == 2
    assert "Asked for a demo in the last 60 days" in html
    assert "Consent to marketing is given" in html


def test_signatures_stand_on_either_side_of_the_rule(as_user):
    signed_version()

    page = as_user(factories.outsider()).get("/criteria")

    assert [half["signature"].signed_by.name for half in page.context["halves"]] == [
        "Tomasz Zieliński",
        "Ruth Bakker",
    ]
    assert "Shipped default: it came" not in page.content.decode()


def test_an_old_version_says_when_it_was_live(as_user):
    signed_version()

    html = as_user(factories.outsider()).get("/criteria/1").content.decode()

    assert "What made an SQL" in html
    assert "was live from" in html


def test_a_draft_and_a_missing_version_look_the_same(as_user):
    editing.draft(defaults.CONTENT, author=factories.marketing_manager())
    client = as_user(factories.outsider())

    assert client.get("/criteria/2").status_code == 404
    assert client.get("/criteria/99").status_code == 404


def test_leads_are_counted_by_stage(as_user):
    for stage in (Stage.LEAD, Stage.LEAD, Stage.MQL):
        factories.lead(stage=stage)
    client = as_user(factories.outsider())

    rows = client.get("/criteria/standing").context["rows"]
    part = client.get("/criteria/standing", headers={"HX-Request": "true"}).content.decode()

    assert [(row["stage"], row["count"]) for row in rows] == [("lead", 2), ("mql", 1)]
    assert "<html" not in part
    assert 'id="standing"' in part


def test_few_queries(as_user, django_assert_max_num_queries):
    client = as_user(factories.marketer())
    client.get("/criteria")

    with django_assert_max_num_queries(12):
        client.get("/criteria")


def test_a_version_that_asks_for_a_field_that_is_gone_says_so(as_user):
    CustomField.objects.get(name="purchase_timeline").delete()

    page = as_user(factories.outsider()).get("/criteria/1")

    assert page.status_code == 200
    assert "This version cannot be read any more" in page.content.decode()


def test_only_who_sees_every_lead_is_led_from_a_count_to_them(as_user):
    factories.lead(stage=Stage.MQL)

    of_marketer = as_user(factories.marketer()).get("/criteria/standing").content.decode()
    of_rep = as_user(factories.outsider()).get("/criteria/standing").content.decode()

    assert "/leads?stage=mql" in of_marketer
    assert "/leads?stage=mql" not in of_rep

"""A lead is found by whatever somebody remembers; what is not one's to see stays masked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from funnel.models import Queue
from leads.models import ExternalId, Lead
from leads.phones import search_digits
from leads.search import finding
from leads.text import has_words, search_key
from tests import factories

pytestmark = pytest.mark.django_db


def found(words: str, person: object = None) -> list[str]:
    person = person or factories.marketer()
    return [lead.name for lead in finding.find(person, words, most=10)]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Søren Kjærgaard", "soren kjaergaard"),
        ("Søren Kjærgaard", "Soeren"),
        ("Łukasz Wałęsa", "lukasz walesa"),
        ("Jürgen Groß", "jurgen gross"),
        ("Jürgen Groß", "juergen"),
        ("Jürgen Groß", "JÜRGEN GROẞ"),
        ("Zoë Brontë", "bronte zoe"),
        ("Işıl Yıldırım", "isil yildirim"),
        ("Đorđe Šarić", "dorde saric"),
        ("Siân O’Neill", "sian oneill"),
        ("Siân O’Neill", "o'neill"),
        ("Ægir Þórsson", "aegir thorsson"),
        ("李 小龙", "小龙"),
        ("محمد الفارسي", "الفارسي"),
    ],
)
def test_names_are_found_without_what_a_keyboard_lacks(name: str, typed: str) -> None:
    factories.lead(name, email="x@y.example")
    factories.lead("Somebody Else")

    assert found(typed) == [name]


@pytest.mark.parametrize("stored", ["+46401234567", "040-123 45 67"])
@pytest.mark.parametrize(
    "typed",
    [
        "+46401234567",
        "+46 (0)40-123 45 67",
        "0046 40 123 45 67",
        "040-123 45 67",
        "(040) 123.45.67",
        "401234567",
        "1234567",
        "0401234567",
        "maya 040 1234567",
        "٠٤٠١٢٣٤٥٦٧",
    ],
)
def test_a_phone_number_is_found_in_any_spelling(stored: str, typed: str) -> None:
    factories.lead("Maya Lindqvist", phone=stored)
    factories.lead("Piet Vos", phone="+46409999999")

    assert found(typed) == ["Maya Lindqvist"]


def test_with_its_country_code_and_no_plus_it_is_found_where_the_country_is_known() -> None:
    factories.lead("Maya Lindqvist", phone="+46401234567")
    factories.lead("Ivan Petrov", phone="+79161234567")

    assert found("46401234567") == ["Maya Lindqvist"]
    assert found("8 (916) 123-45-67") == ["Ivan Petrov"]


def test_an_extension_is_no_part_of_the_number() -> None:
    assert search_digits("+46401234567;ext=12") == "46401234567"
    assert search_digits("") == search_digits("none") == ""


def test_by_company_by_mail_and_by_an_external_id() -> None:
    maya = factories.lead(email="maya@brightwater.example")
    ExternalId.objects.create(lead=maya, integration=factories.integration(), value="CRM-0042")
    factories.lead("Piet Vos", company=factories.company("Northline"))

    assert found("brightwater foods") == ["Maya Lindqvist"]
    assert found("maya@brightwater.example") == ["Maya Lindqvist"]
    assert found("CRM-0042") == ["Maya Lindqvist"]
    assert found("CRM-004") == []
    assert found("northline") == ["Piet Vos"]


def test_who_is_called_so_comes_before_whose_company_is() -> None:
    now = timezone.now()
    factories.lead("Anna Berg", company=None, created_at=now - timedelta(days=900))
    for number in range(12):
        factories.lead(f"Person {number}", company=factories.company("Anna Foods"))

    assert found("anna")[0] == "Anna Berg"
    assert len(found("anna")) == 10


@pytest.mark.parametrize("words", ["", " ", "\0", "%", "_", "''", "x" * 5000, "\\", "+", "()"])
def test_what_is_no_name_finds_nobody_and_is_no_error(words: str) -> None:
    factories.lead()

    assert found(words) == []
    assert finding.masked(factories.rep(), words) == []


def test_a_rep_finds_what_is_theirs_to_see(rep: object) -> None:
    factories.handoff(factories.lead("Maya Lindqvist", stage="sql", fit=49, intent=40))
    factories.lead("Maya Elsewhere")

    assert found("maya", rep) == ["Maya Lindqvist"]


@pytest.fixture
def foreign() -> Lead:
    """Held by somebody of another queue."""
    queue = Queue.objects.create(name="Nordics")
    holder = factories.rep("Marcus Weil", queue=queue)
    held = factories.claimed(
        holder,
        factories.lead(
            "Maya Lindqvist", stage="claimed", owner=holder, email="maya@bright.example"
        ),
        queue=queue,
    )
    return held.lead


@pytest.mark.parametrize("words", ["maya@bright.example", "MAYA@bright.example ", "maya lindqvist"])
def test_named_exactly_a_foreign_lead_is_told_masked(rep, foreign: Lead, words: str) -> None:
    (hit,) = finding.masked(rep, words)

    assert (hit.name, hit.company, hit.holder) == (
        "M… L…",
        "Brightwater Foods",
        "held by Marcus Weil",
    )
    assert found(words, rep) == []


@pytest.mark.parametrize(
    "words", ["maya", "lindqvist", "maya lind", "maya@bright", "bright.example", "+46401234567"]
)
def test_a_part_of_it_tells_nothing(rep, foreign: Lead, words: str) -> None:
    assert finding.masked(rep, words) == []


def test_who_may_see_the_lead_gets_no_mask(rep, foreign: Lead) -> None:
    waiting = factories.handoff(
        factories.lead("Arjun Mehta", stage="sql", fit=49, intent=40, email="arjun@x.example")
    )

    assert finding.masked(rep, "arjun@x.example") == []
    assert finding.masked(foreign.owner, "maya lindqvist") == []
    assert finding.masked(factories.marketer(), "maya lindqvist") == []
    assert waiting.lead.name in found("arjun", rep)


def test_a_lead_that_nobody_holds_says_so(rep) -> None:
    factories.lead("Maya Lindqvist", email="maya@bright.example")

    assert finding.masked(rep, "maya@bright.example")[0].holder == "not in your queues"


def test_the_key_holds_each_word_once() -> None:
    assert search_key("Jürgen", "Groß", "j@x.example", phone="+4930123456") == (
        "jurgen gross j@x.example juergen 4930123456"
    )
    assert search_key("Maya", "") == "maya"


def test_the_words_of_a_question_are_narrowed_together() -> None:
    factories.lead("Maya Lindqvist")
    factories.lead("Maya Berg")

    assert [lead.name for lead in Lead.objects.filter(has_words("maya berg"))] == ["Maya Berg"]

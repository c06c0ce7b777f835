from datetime import UTC, datetime

from django.utils.html import strip_tags

from leadportal.look.told import told
from leads.metrics.answers.cohort import Cohort, Cohorts
from leads.metrics.answers.verdicts import Reasons, Verdicts
from leads.metrics.periods import Period
from leads.metrics.shares import Share
from leads.quality import tables

MONTH = Period.ending(datetime(2026, 11, 18, tzinfo=UTC), key="30", zone="UTC")


def cohort(name: str, leads: int) -> Cohort:
    return Cohort(name, reached=[leads, 0, 0, 0, 0, 0, 0])


def verdicts(name: str, accepted: int, decided: int) -> Verdicts:
    return Verdicts(name, handed=decided, accepted=accepted, decided=decided)


def rows() -> list[tables.OriginRow]:
    names = {1: "Ads", 2: "Fair", 3: "Form", 4: "List"}
    outcomes = {1: (6, 30), 2: (3, 3), 3: (24, 30)}
    cohorts = Cohorts(Cohort(), {i: cohort(name, 10 * i) for i, name in names.items()}, {})
    found = {i: verdicts(names[i], *outcome) for i, outcome in outcomes.items()}
    reasons = Reasons({(7, 1): 4, (8, 1): 4}, {7: "Too small", 8: "No need"}, {1: "Ads"})
    return tables.by_source(cohorts, found, reasons, overall=Share(33, 63), period=MONTH)


def test_the_worst_acceptance_is_last_of_the_ranked_and_few_cases_come_after():
    ordered = tables.ordered(rows(), tables.WORST_LAST)

    # Fair had 3 of 3, which says nothing yet; List had no verdict.
    assert [row.name for row in ordered] == ["Form", "Ads", "List", "Fair"]


def test_any_other_column_sorts_as_asked():
    assert [row.name for row in tables.ordered(rows(), "-leads")] == ["List", "Form", "Fair", "Ads"]
    assert [row.name for row in tables.ordered(rows(), "source")] == ["Ads", "Fair", "Form", "List"]


def test_no_share_sorts_where_none_is_ranked():
    few = [row for row in rows() if not row.acceptance.is_ranked]

    assert tables.sort_of(rows(), "share") == "share"
    assert {tables.sort_of(few, asked) for asked in ("share", "-share", "", "luck")} == {"-leads"}
    assert tables.sort_of(few, "mql") == "mql"
    assert tables.sort_of(rows(), "luck") == tables.WORST_LAST


def test_only_a_ranked_share_far_below_the_rest_is_marked():
    assert [row.name for row in rows() if row.is_far_below] == ["Ads"]


def test_the_most_common_reason_stands_with_its_count():
    assert [row.reason for row in rows()] == ["4 No need", "", "", ""]
    assert rows()[0].reason_url == (
        "/rejections?state=all&reason=8&source=1&since=2026-10-20T00%3A00%3A00%2B00%3A00"
    )


def test_steps_tell_their_share_of_the_step_before():
    found = Cohort(reached=[200, 50, 18, 17, 10, 0, 0])

    steps = tables.funnel_steps(found, 160, MONTH)
    rates = [strip_tags(told(step["rate"])) for step in steps]

    assert rates == [
        "+25% on the 30 days before",
        "25% of leads",
        "36% of MQLs",
        "17 of 18 SQLs",
        "10 of 17 claimed",
        "0 of 10 accepted",
        "",
    ]


def test_a_source_is_named_when_it_brings_most_of_a_reason():
    labels, names = {7: "Student", 8: "No need"}, {1: "Ads", 2: "Form"}
    mostly = Reasons({(7, 1): 4, (7, 2): 2, (8, 1): 2}, labels, names)
    evenly = Reasons({(7, 1): 3, (7, 2): 3}, labels, names)

    assert tables.concentration(mostly, MONTH.starts) == {
        "source": "Ads",
        "count": 4,
        "total": 6,
        "reason": "Student",
        "reason_url": "/rejections?state=all&reason=7&since=2026-10-20T00%3A00%3A00%2B00%3A00",
        "url": "/rejections?state=all&reason=7&source=1&since=2026-10-20T00%3A00%3A00%2B00%3A00",
    }
    assert tables.concentration(evenly, MONTH.starts) is None


def test_a_row_leads_to_exactly_its_leads():
    assert [row.url for row in rows()][0] == (
        "/leads?source=Ads&created_since=2026-10-20T00%3A00%3A00%2B00%3A00"
    )

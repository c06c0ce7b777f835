"""What leads name: sources, campaigns and companies that are one, and meanings of values."""

from collections.abc import Iterator

from leadportal.db.pieces import Sql
from leads.invariants.questions import Topic

invariant = Topic()
# By table of names, who points to one.
_POINTS_TO = {
    "leads_source": [
        ("leads_lead", "source_id"),
        ("leads_lead", "last_source_id"),
        ("leads_handoff", "source_id"),
        ("leads_campaign", "source_id"),
    ],
    "leads_campaign": [
        ("leads_lead", "campaign_id"),
        ("leads_lead", "last_campaign_id"),
        ("leads_handoff", "campaign_id"),
    ],
}


@invariant(8, "What is another name of a field is that of one that stands, and no lead carries it.")
def names_of_fields_are_settled() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_customfield', n.id, 'the name of another name' FROM leads_customfield n "
        "JOIN leads_customfield o ON o.id = n.same_as_id WHERE o.same_as_id IS NOT NULL"
    )
    yield Sql(
        "SELECT 'leads_lead', l.id, 'carries ' || n.name FROM leads_customfield n "
        "JOIN leads_customfield o ON o.id = n.same_as_id AND o.due_at IS NULL "
        "JOIN leads_lead l ON l.attributes ? n.name"
    )


@invariant(8, "What became another name of a source or campaign is pointed to by nothing.")
def names_are_settled() -> Iterator[Sql]:
    for named, pointing in _POINTS_TO.items():
        for table, column in pointing:
            yield Sql(
                f"SELECT '{table}', t.id, '{column} is another name of one' FROM {table} t "  # noqa: S608 - constants
                f"JOIN {named} n ON n.id = t.{column} AND n.same_as_id IS NOT NULL "
                "WHERE n.due_at IS NULL"
            )
        yield Sql(
            f"SELECT '{named}', n.id, 'the name of another name' FROM {named} n "  # noqa: S608 - constants
            f"JOIN {named} o ON o.id = n.same_as_id WHERE o.same_as_id IS NOT NULL"
        )


@invariant(8, "What was merged into a company is pointed to by nothing, and its heir stands.")
def companies_are_settled() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', l.id, 'works for a company that was merged' FROM leads_lead l "
        "JOIN leads_company c ON c.id = l.company_id AND c.merged_into_id IS NOT NULL "
        "WHERE c.due_at IS NULL"
    )
    yield Sql(
        "SELECT 'leads_company', c.id, 'merged into one that was merged' FROM leads_company c "
        "JOIN leads_company heir ON heir.id = c.merged_into_id "
        "WHERE heir.merged_into_id IS NOT NULL"
    )


@invariant(8, "No lead works where a person said that it does not.")
def refusals_stick() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', id, 'works where it was said not to' FROM leads_lead "
        "WHERE company_id = ANY(not_of)"
    )


@invariant(8, "A value of one integration and field has one meaning.")
def meanings_are_single() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_meaning', max(id), count(*) || ' meanings of one value' FROM leads_meaning "
        "GROUP BY integration_id, field, value_key HAVING count(*) > 1"
    )

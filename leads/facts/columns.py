"""How the columns of the record compare and read in SQL, fact by fact."""

from funnel.vocabulary.operators import FactType
from leads.columns import AMONG_ATTRIBUTES, COLUMNS, Column, Merge
from leads.facts.known import ASKED
from leads.models import Lead

# Tables of names.
_POINTED = {"source": "src", "campaign": "cmp", "last_source": "lsrc", "last_campaign": "lcmp"}


def _sql_of(column: Column) -> tuple[str, str]:
    """What SQL compares, and what a person reads. NULL is unknown."""
    if column.merge is Merge.POINTS:
        table = _POINTED[column.name]
        return f"' ' || {table}.key || ' '", f"{table}.name"
    table = "l" if column.of is Lead else "c"
    written = f"{table}.{column.name}"
    if column.kind not in (FactType.TEXT, FactType.CHOICE):
        return written, written
    compared = written
    if column.twin == AMONG_ATTRIBUTES:
        compared = f"{table}.{AMONG_ATTRIBUTES}->>'{column.name}'"
    elif column.twin:
        compared = f"{table}.{column.twin}"
    elif column.is_plain:
        compared = f"lower({written})"
    return f"nullif({compared}, '')", f"nullif({written}, '')"


def _words_of(column: Column) -> str:
    table, name = "l" if column.of is Lead else "c", column.name
    if column.merge is Merge.POINTS:
        table, name = _POINTED[column.name], "name"
    return f"coalesce({table}.word_keys->>'{name}', {_sql_of(column)[0]})"


# By name of the fact, what SQL compares and what a person reads.
COMPARED: dict[str, tuple[str, str]] = {
    **{column.fact.name: _sql_of(column) for column in ASKED},
    "email_kind": ("nullif(l.email_kind, '')", "nullif(l.email_kind, '')"),
    "cycle": ("l.cycle", "l.cycle"),
    "fit": ("s.fit", "s.fit"),
    "intent": ("s.intent", "s.intent"),
    "total": ("s.total", "s.total"),
    "grade": ("nullif(s.grade, '?')", "s.grade"),
    "stage": ("l.stage", "l.stage"),
}
# The words of texts with a twin, where they are not those of the twin itself.
WORDS = {
    column.fact.name: _words_of(column)
    for column in ASKED
    if column.kind is FactType.TEXT and not column.is_plain
}
# Compared as written but for case; their words are what stands between punctuation.
PLAIN = frozenset(column.fact.name for column in COLUMNS if column.is_plain)
NAMES = {
    column.fact.name: f"leads_{column.name.removeprefix('last_')}"
    for column in ASKED
    if column.merge is Merge.POINTS
}
# Of keys asked for, those of what is called so by now, however it is written; once a statement.
CALLED = """ARRAY(SELECT ' ' || now.key || ' ' FROM {table} was
    JOIN {table} now ON now.id = coalesce(was.same_as_id, was.id)
    WHERE was.folded = ANY(ARRAY(SELECT coalesce(nullif(translate(btrim(key), {{}}, ''), ''),
        btrim(key)) FROM unnest({{}}) AS key))
    UNION ALL SELECT unnest({{}}))"""
# Who came once came last as they came first.
_LAST = "CASE WHEN l.last_came_at IS NULL THEN l.{name} ELSE l.last_{name} END"
# Tables joined where a fact is read of them.
BESIDE = {
    "c": "LEFT JOIN leads_company c ON c.id = l.company_id",
    "src": "LEFT JOIN leads_source src ON src.id = l.source_id",
    "cmp": "LEFT JOIN leads_campaign cmp ON cmp.id = l.campaign_id",
    "lsrc": f"LEFT JOIN leads_source lsrc ON lsrc.id = {_LAST.format(name='source_id')}",
    "lcmp": f"LEFT JOIN leads_campaign lcmp ON lcmp.id = {_LAST.format(name='campaign_id')}",
}

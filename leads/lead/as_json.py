"""Leads as the API answers them, written by PostgreSQL: text of JSON, as it leaves.

Python would read a hundred values a lead, name them and write them again, which takes longer than
all the rest of the request. Which members there are, LeadAnswer says (leads/lead/answers.py).
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import DateTimeField, DecimalField, Field, ForeignKey, Model

from accounts.models import Integration
from leadportal.db import prepared
from leadportal.rest.lists import LIMIT_MAX
from leads import fields
from leads.columns import COMPANY_COLUMNS, KEPT_COLUMNS, LEAD_COLUMNS, Column
from leads.models import Judgement, Lead


def _told(field: "Field[object, object]", path: str) -> str:
    """What a column tells: null for what is not known, as `Column.told` has it."""
    if isinstance(field, DateTimeField):
        return _moment(path)
    if isinstance(field, DecimalField):
        return f"{path}::text"
    return f"NULLIF({path}, '')" if field.empty_strings_allowed else path


def _moment(moment: str) -> str:
    """RFC 3339 in UTC, to the millisecond where there is one."""
    text = f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
    return f"replace({text}, '.000Z', 'Z')"


def _columns(columns: Iterable[Column], table: str) -> list[str]:
    return [
        f"{column.name}.name AS {column.name}"
        if isinstance(column.field, ForeignKey)
        else f"{_told(column.field, f'{table}.{column.name}')} AS {column.name}"
        for column in columns
    ]


def _plain(model: type[Model], table: str, *names: str) -> list[str]:
    return [f"{_told(model._meta.get_field(n), f'{table}.{n}')} AS {n}" for n in names]  # type: ignore[arg-type]


# Who came once came last as they came first.
_LAST = "CASE WHEN lead.last_came_at IS NULL THEN lead.{0} ELSE lead.last_{0} END"
# lead_external_id_once, handoff_open_once; the rest by primary keys.
_MEMBERS = [
    "lead.id",
    """(SELECT e.value FROM leads_externalid e
         WHERE e.lead_id = lead.id
           AND (%(integration)s::bigint IS NULL OR e.integration_id = %(integration)s::bigint)
         ORDER BY e.id LIMIT 1) AS external_id""",
    *_plain(Lead, "lead", "email_kind"),
    *_columns(LEAD_COLUMNS, "lead"),
    "coalesce(lead.tags, '{}') AS tags",
    *_columns(KEPT_COLUMNS, "lead"),
    f"coalesce({_LAST.format('tags')}, '{{}}') AS last_tags",
    f"{_moment('coalesce(lead.last_came_at, lead.created_at)')} AS last_came_at",
    f"""CASE WHEN company.id IS NOT NULL THEN (
        SELECT row_to_json(c) FROM (SELECT {", ".join(_columns(COMPANY_COLUMNS, "company"))}) c
    ) END AS company""",  # noqa: S608 - names of columns
    "{attributes}",
    "lead.consent",
    "{typed}",
    *_plain(Lead, "lead", "stage", "stage_since"),
    """CASE WHEN j.total IS NOT NULL THEN
        json_build_object('total', j.total, 'fit', j.fit, 'intent', j.intent) END AS score""",
    "version.number AS criteria_version",
    """(SELECT q.name FROM leads_handoff h JOIN funnel_queue q ON q.id = h.queue_id
         WHERE h.lead_id = lead.id AND h.state <> 'closed' LIMIT 1) AS queue""",
    "owner.email AS owner",
    *_plain(Lead, "lead", "created_at"),
    # As LeadQuerySet.changed_since finds it.
    f"{_moment('greatest(lead.updated_at, lead.stage_since, j.scored_at)')} AS updated_at",
    *_plain(Judgement, "j", "scored_at"),
]
# Under the names of today, where fields were renamed.
_BY_NEW_NAMES = """(
    SELECT coalesce(jsonb_object_agg(coalesce(%(renamed)s::jsonb ->> a.key, a.key), a.value), '{}')
      FROM jsonb_each(lead.attributes) a) AS attributes"""
_TYPED = "ARRAY(SELECT jsonb_object_keys(lead.typed) ORDER BY 1) AS typed"
_TYPED_BY_NEW_NAMES = """ARRAY(
    SELECT CASE WHEN name LIKE 'attributes.%%' THEN 'attributes.' || coalesce(
                %(renamed)s::jsonb ->> substr(name, 12), substr(name, 12)) ELSE name END
      FROM jsonb_object_keys(lead.typed) name ORDER BY 1) AS typed"""
_STATEMENT = f"""
SELECT lead.id, row_to_json(answer)::text
  FROM leads_lead lead
  LEFT JOIN leads_company company ON company.id = lead.company_id
  LEFT JOIN leads_source source ON source.id = lead.source_id
  LEFT JOIN leads_campaign campaign ON campaign.id = lead.campaign_id
  LEFT JOIN leads_source last_source ON last_source.id = {_LAST.format("source_id")}
  LEFT JOIN leads_campaign last_campaign ON last_campaign.id = {_LAST.format("campaign_id")}
  LEFT JOIN accounts_user owner ON owner.id = lead.owner_id
  LEFT JOIN leads_judgement j ON j.lead_id = lead.id
  LEFT JOIN funnel_criteriaversion version ON version.id = j.version_id
 CROSS JOIN LATERAL (SELECT {", ".join(_MEMBERS)}) answer
 WHERE lead.id = ANY(%(ids)s)
"""  # noqa: S608 - names of columns
_AS_JSON = _STATEMENT.replace("{attributes}", "lead.attributes").replace("{typed}", _TYPED)
_AS_JSON_RENAMED = _STATEMENT.replace("{attributes}", _BY_NEW_NAMES).replace(
    "{typed}", _TYPED_BY_NEW_NAMES
)


def leads_as_json(ids: Collection[int], integration: Integration | None) -> dict[int, str]:
    """The LeadAnswer of each lead there is, as text of JSON.

    The external id is the one this integration gave; without one the first that anybody gave.
    """
    asked: dict[str, Any] = {
        "ids": list(ids),
        "integration": integration.pk if integration else None,
    }
    statement = _AS_JSON
    if renamed := fields.renamed.now():
        statement, asked = _AS_JSON_RENAMED, asked | {"renamed": json.dumps(renamed)}
    return dict(prepared.fetch(statement, asked, few=LIMIT_MAX))

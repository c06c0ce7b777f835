"""Linking leads to companies: by the domain of their site or mail, else by name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from leadportal.db import prepared, rows
from leadportal.db.races import Raced
from leads.columns import COMPANY_COLUMNS, Merge
from leads.matching import company_key, registrable_domain, work_domain
from leads.models import Company
from leads.text import key, word_keys

_FILLABLE = tuple(column for column in COMPANY_COLUMNS if column.merge is Merge.FILLS)
_FILLABLE_NAMES = tuple(column.name for column in _FILLABLE)
_TWINS = tuple(column for column in _FILLABLE if column.twin)
_COLUMNS = ("id", "name", "domain", "match_key", *_FILLABLE_NAMES)
_COMPANIES = f"SELECT {', '.join(_COLUMNS)} FROM leads_company WHERE "  # noqa: S608 - constants


@dataclass
class Mention:
    """What one item says about a company; equal mentions are one company."""

    domain: str
    name: str
    facts: dict[str, Any]

    @property
    def match_key(self) -> str:
        return company_key(self.name) if self.name else ""


def mention(given: dict[str, Any] | None, email: str) -> Mention | None:
    """The company an item speaks of: what was sent, else whose mail server it is."""
    given = given or {}
    domain, name = domain_of(given, email), given.get("name", "")
    if not domain and not name:
        return None
    country = given.get("country", "")
    facts = {
        column.name: column.to_store(given[column.name], country)
        for column in _FILLABLE
        if column.name in given
    }
    return Mention(domain, name or domain, facts)


def domain_of(given: dict[str, Any] | None, email: str) -> str:
    """By which a company is known: of the site that was sent, else of the mail server."""
    return registrable_domain((given or {}).get("domain", "")) or work_domain(email)


@dataclass
class Companies:
    """Companies of one batch by domain and by bare name, and those that learned something."""

    by_domain: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_name: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)

    def of(self, mention: Mention) -> dict[str, Any] | None:
        if mention.domain:
            return self.by_domain.get(mention.domain)
        return self.by_name.get(mention.match_key)

    def known(self, mention: Mention) -> dict[str, Any]:
        """The company of a mention once all are found or made."""
        if mention.domain:
            return self.by_domain[mention.domain]
        return self.by_name[mention.match_key]


def link_companies(mentions: Iterable[Mention], at: Any) -> Companies:
    """Find or make the companies mentioned, and fill what was blank on them."""
    mentions = list(mentions)
    companies = Companies()
    if not mentions:
        return companies
    _load(mentions, companies)
    _make([mention for mention in mentions if not companies.of(mention)], companies, at)
    _fill(mentions, companies)
    return companies


def _load(mentions: list[Mention], companies: Companies) -> None:
    domains = sorted({m.domain for m in mentions if m.domain})
    match_keys = sorted({m.match_key for m in mentions if not m.domain})
    # company_domain_once, or the index on match_key; only what was given is asked for.
    asked = ["domain = ANY(%(domains)s) AND domain <> ''"] if domains else []
    asked += ["match_key = ANY(%(match_keys)s)"] if match_keys else []
    statement = " UNION ".join(_COMPANIES + where for where in asked) + " ORDER BY id"
    given = {"domains": domains, "match_keys": match_keys}
    params = {name: values for name, values in given.items() if values}
    found = [dict(zip(_COLUMNS, row, strict=True)) for row in prepared.fetch(statement, params)]
    # Of several with one name the bare one, else the only one: two companies may share a name.
    namesakes: dict[str, list[dict[str, Any]]] = {}
    for company in found:
        if company["domain"]:
            companies.by_domain[company["domain"]] = company
        namesakes.setdefault(company["match_key"], []).append(company)
    for match_key, several in namesakes.items():
        bare = [company for company in several if not company["domain"]]
        if bare or len(several) == 1:
            companies.by_name[match_key] = (bare or several)[0]


def _make(mentions: list[Mention], companies: Companies, at: Any) -> None:
    new: dict[tuple[str, str], dict[str, Any]] = {}
    for mention in mentions:
        identity = (mention.domain, "" if mention.domain else mention.match_key)
        row = new.setdefault(identity, {"domain": mention.domain, "name": mention.name})
        if row["name"] == row["domain"]:
            row["name"] = mention.name
        for name, value in mention.facts.items():
            row.setdefault(name, value)
    # In one order everywhere, so that two batches wait for each other and never deadlock.
    made = [new[identity] for identity in sorted(new)]
    for row in made:
        row["created_at"] = at
        for column in _FILLABLE:
            row.setdefault(column.name, column.blank)
        row |= _twins(row)
    written = rows.insert(
        Company, made, skip_conflicts=True, returning=("id", "domain", "match_key")
    )
    if len(written) < len(made):
        raise Raced
    for row, (pk, _, _) in zip(made, written, strict=True):
        row["id"] = pk
        if row["domain"]:
            companies.by_domain[row["domain"]] = row
        else:
            companies.by_name[row["match_key"]] = row


def _twins(row: dict[str, Any]) -> dict[str, Any]:
    """What SQL compares and finds it by, made of all its texts as they are now."""
    name = row["name"]
    return {
        "name_key": key(name, 420),
        "match_key": company_key(name),
        "word_keys": word_keys({"name": name} | {c.name: row[c.name] for c in _TWINS}),
    } | {column.twin: column.twin_of(row[column.name]) for column in _TWINS}


def _fill(mentions: list[Mention], companies: Companies) -> None:
    """Blanks are filled; what is there stays, a person may have typed it."""
    learning = [m for m in mentions if _news(companies.known(m), m)]
    if not learning:
        return
    by_id = {companies.known(m)["id"]: companies.known(m) for m in learning}
    # Read again under lock: another batch may have filled something else meanwhile.
    locked = Company.objects.filter(pk__in=by_id).order_by("pk").select_for_update(no_key=True)
    for fresh in locked.values("id", "name", "domain", *_FILLABLE_NAMES):
        by_id[fresh["id"]].update(fresh)
    changed = {}
    for mention in learning:
        company = companies.known(mention)
        if news := _news(company, mention):
            company.update(news)
            changed[company["id"]] = company
    for company in changed.values():
        company |= _twins(company)
    columns = ["name", "name_key", "match_key", "word_keys", *_FILLABLE_NAMES]
    columns += [column.twin for column in _TWINS]
    rows.update(
        Company,
        columns,
        [{name: changed[pk][name] for name in ["id", *columns]} for pk in sorted(changed)],
    )
    companies.changed = set(changed)


def _news(company: dict[str, Any], mention: Mention) -> dict[str, Any]:
    """What a mention says that the company does not have yet."""
    news = {
        name: value
        for name, value in mention.facts.items()
        if company[name] in ("", None) and value not in ("", None)
    }
    # A company made from a mail alone is called by its domain until somebody names it.
    if company["name"] == company["domain"] != mention.name:
        news["name"] = mention.name
    return news

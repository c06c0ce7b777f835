"""Whom leads work for: the company of the site or name that was sent, else of the mail's domain.

What the sender says outranks what an address shows: a lead that an agency sends is its client's.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from leadportal.db import prepared, rows
from leadportal.db.races import Raced
from leads.columns import COMPANY_COLUMNS, Merge
from leads.domains.lists import site_domain
from leads.ingest.speaking import Sender
from leads.matching import alike, company_key, work_domain
from leads.models import Company
from leads.no_company import says_nothing
from leads.text import key, word_keys

FACTS = tuple(column for column in COMPANY_COLUMNS if column.merge is Merge.OVERWRITES)
_FACT_NAMES = tuple(column.name for column in FACTS)
_TWINS = tuple(column for column in FACTS if column.twin)
_COLUMNS = ("id", "name", "domain", "match_key", "typed", *_FACT_NAMES)
# By what it is called, or was: one that was merged away is its heir.
_COMPANIES = f"""
SELECT m.domain, m.match_key, m.merged_into_id IS NULL, {", ".join(f"c.{n}" for n in _COLUMNS)}
  FROM leads_company m JOIN leads_company c ON c.id = coalesce(m.merged_into_id, m.id)
 WHERE """  # noqa: S608 - constants
Row = dict[str, Any]


@dataclass
class Mention:
    """What one item says about a company; equal mentions are one company."""

    # Of the site, or of the mail where nothing that was said is against it.
    domain: str
    # As it was sent; blank where only the mail shows a company.
    name: str
    facts: dict[str, Any]
    # Of the mail, which may be an agency's: theirs only where that company is called so.
    mail_domain: str = ""
    # Whether a site was sent, and so whose name it is.
    has_site: bool = False

    @property
    def match_key(self) -> str:
        return company_key(self.name) if self.name else ""

    @property
    def called(self) -> str:
        return self.name or self.domain


class Called(NamedTuple):
    """How an item names a company."""

    domain: str
    name: str
    mail_domain: str
    has_site: bool


def called(given: dict[str, Any] | None, email: str) -> Called:
    """The domain and name of whom an item speaks of; both blank where that is nobody.

    The domain is that of the site, else of the mail where a company of that name may have it.
    """
    given = given or {}
    site, mail_domain = site_domain(given.get("domain", "")), work_domain(email)
    name = given.get("name", "")
    if name and says_nothing(name):
        name = ""
    if site or not name or mail_domain and alike(name, mail_domain):
        return Called(site or mail_domain, name, "", bool(site))
    return Called("", name, mail_domain, has_site=False)


def mention(
    given: dict[str, Any] | None, email: str, *, known: Called | None = None
) -> Mention | None:
    """The company an item speaks of: what was sent, else whose mail server it is.

    `known` is what `called` has said of the same.
    """
    domain, name, mail_domain, has_site = known or called(given, email)
    if not domain and not name:
        return None
    given = given or {}
    country = given.get("country", "")
    facts = {
        column.name: column.to_store(given[column.name], country)
        for column in FACTS
        if column.name in given
    }
    return Mention(domain, name, facts, mail_domain, has_site)


@dataclass
class Companies:
    """Companies of one batch by domain and by bare name, and those that learned something."""

    by_domain: dict[str, Row] = field(default_factory=dict)
    by_name: dict[str, Row] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)

    def of(self, mention: Mention) -> Row | None:
        if mention.domain:
            return self.by_domain.get(mention.domain)
        of_mail = self.by_domain.get(mention.mail_domain)
        if of_mail and of_mail["match_key"] == mention.match_key:
            return of_mail
        return self.by_name.get(mention.match_key)

    def known(self, mention: Mention) -> Row:
        """The company of a mention once all are found or made."""
        found = self.of(mention)
        assert found is not None  # made, where it was not found
        return found


def link_companies(mentions: Iterable[Mention], sender: Sender) -> Companies:
    """Find or make the companies mentioned, and take what is said of them."""
    mentions = list(mentions)
    companies = Companies()
    if not mentions:
        return companies
    _load(mentions, companies)
    _make([mention for mention in mentions if not companies.of(mention)], companies, sender)
    _learn(mentions, companies, sender)
    return companies


def _load(mentions: list[Mention], companies: Companies) -> None:
    domains = sorted({m.domain or m.mail_domain for m in mentions} - {""})
    match_keys = sorted({m.match_key for m in mentions if not m.domain})
    # company_domain_once, or the index on match_key; only what was given is asked for.
    asked = ["m.domain = ANY(%(domains)s) AND m.domain <> ''"] if domains else []
    asked += ["m.match_key = ANY(%(match_keys)s)"] if match_keys else []
    statement = " UNION ".join(_COMPANIES + where for where in asked)
    given = {"domains": domains, "match_keys": match_keys}
    params = {name: values for name, values in given.items() if values}
    by_id: dict[int, Row] = {}
    # Of several with one name the bare one, else the only one: two companies may share a name.
    bare: dict[str, dict[int, Row]] = {}
    namesakes: dict[str, dict[int, Row]] = {}
    for domain, match_key, stands, *values in prepared.fetch(statement, params):
        row = dict(zip(_COLUMNS, values, strict=True))
        # psycopg hands it on as text.
        row["typed"] = row["typed"] and json.loads(row["typed"])
        company = by_id.setdefault(row["id"], row)
        if domain:
            companies.by_domain[domain] = company
        elif stands:
            bare.setdefault(match_key, {})[row["id"]] = company
        namesakes.setdefault(match_key, {})[row["id"]] = company
    for match_key, several in namesakes.items():
        ((_, company), *others) = (bare.get(match_key) or several).items()
        if not others:
            companies.by_name[match_key] = company


def _make(mentions: list[Mention], companies: Companies, sender: Sender) -> None:
    new: dict[tuple[str, str], Row] = {}
    for mention in mentions:
        identity = (mention.domain, "" if mention.domain else mention.match_key)
        row = new.setdefault(identity, {"domain": mention.domain, "name": mention.called})
        if row["name"] == row["domain"]:
            row["name"] = mention.called
        row |= {name: value for name, value in mention.facts.items() if value not in ("", None)}
    # In one order everywhere, so that two batches wait for each other and never deadlock.
    made = [new[identity] for identity in sorted(new)]
    for row in made:
        told = [name for name in ("name", *_FACT_NAMES) if name in row]
        row["created_at"] = sender.at
        row["said"] = dict.fromkeys(told, sender.word)
        row["typed"] = dict.fromkeys(told) if sender.person else None
        for column in FACTS:
            row.setdefault(column.name, column.blank)
        row |= twins(row)
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


def twins(row: Row) -> Row:
    """What SQL compares and finds it by, made of all its texts as they are now."""
    name = row["name"]
    return {
        "name_key": key(name, 420),
        "match_key": company_key(name),
        "word_keys": word_keys({"name": name} | {c.name: row[c.name] for c in _TWINS}),
    } | {column.twin: column.twin_of(row[column.name]) for column in _TWINS}


# What is written of a company that learned something.
WRITTEN = (
    *("name", "name_key", "match_key", "word_keys", "typed", "said", "due_at"),
    *_FACT_NAMES,
    *(column.twin for column in _TWINS),
)


def _learn(mentions: list[Mention], companies: Companies, sender: Sender) -> None:
    """The newest word of machines counts; that of a person stands, what is against it is kept."""
    told = _told(mentions, companies)
    learning = [pk for pk, (company, said) in told.items() if _differs(company, said, sender)]
    if not learning:
        return
    # Read again under lock: another batch may have said something else meanwhile.
    locked = Company.objects.filter(pk__in=learning).order_by("pk").select_for_update(no_key=True)
    changed = []
    for fresh in locked.values(*_COLUMNS, "said", "merged_into_id", "due_at"):
        if fresh.pop("merged_into_id"):
            raise Raced
        company, said = told[fresh["id"]]
        company.update(fresh)
        if news := _hear(company, said, sender):
            companies.changed.update([company["id"]] if news.keys() - {"typed"} else [])
            company.update(news)
            changed.append(company)
    for company in changed:
        company |= twins(company)
    written = [{name: company[name] for name in ("id", *WRITTEN)} for company in changed]
    rows.update(Company, WRITTEN, sorted(written, key=lambda row: row["id"]))


def _told(mentions: list[Mention], companies: Companies) -> dict[int, tuple[Row, Row]]:
    """By id each company and all that is said of it; of several words the last."""
    told: dict[int, tuple[Row, Row]] = {}
    for mention in mentions:
        company = companies.known(mention)
        _, said = told.setdefault(company["id"], (company, {}))
        said |= {name: value for name, value in mention.facts.items() if value not in ("", None)}
        # A company made from a mail alone is called by its domain until somebody names it. Its name
        # says who sends its site, not each who works there.
        if mention.name and (mention.has_site or company["name"] == company["domain"]):
            said["name"] = mention.name
    return told


def _differs(company: Row, said: Row, sender: Sender) -> bool:
    """Whether something of this may have to be written: to find out takes a lock."""
    typed = company["typed"] or {}
    if any(not _same(company, name, value) or typed.get(name) for name, value in said.items()):
        return True
    return sender.person is not None and not said.keys() <= typed.keys()


def _same(company: Row, name: str, value: Any) -> bool:
    if name == "name" and company["name"] != company["domain"]:
        # "ACME" and "Acme GmbH" are one name.
        return bool(company["match_key"] == company_key(value))
    return bool(company[name] == value)


def _hear(company: Row, said: Row, sender: Sender) -> Row:
    """What of this counts: new values, and what is kept against those that a person typed."""
    typed, news = dict(company["typed"] or {}), {}
    for name, value in said.items():
        same = _same(company, name, value)
        if sender.person:
            typed[name] = None
        elif name in typed:
            typed[name] = _against(typed[name], value, sender, same=same)
            continue
        if not same:
            news[name] = value
    if news:
        news["said"] = (company["said"] or {}) | dict.fromkeys(news, sender.word)
    if "name" in news:
        # Leads are found by the name of their company.
        news["due_at"] = sender.at
    if (typed or None) != company["typed"]:
        news["typed"] = typed
    return news


def _against(before: Row | None, value: Any, sender: Sender, *, same: bool) -> Row | None:
    """What is kept beside a person's word: what machines said last, where it says otherwise."""
    if same:
        return None
    if before and before["value"] == value:
        return before
    assert sender.integration is not None  # who is no person
    return {"value": value, "by": sender.integration.name, "at": sender.at.isoformat()}

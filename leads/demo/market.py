"""Where the leads of the demonstration come from: sources, campaigns, companies and people."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from leads.demo.criteria import SEGMENT
from leads.demo.places import PLACES, WEIGHTS, Country, phone
from leads.models import Campaign, Source
from leads.text import name_key, word_keys

# How far a lead gets, as drawn; the criteria have the last word.
SQL, MQL, LEAD, INQUIRY, BIN = "sql", "mql", "lead", "inquiry", "bin"


@dataclass(frozen=True, slots=True)
class Origin:
    """A source: its share of all leads, how good they are, and what sales thinks of them."""

    name: str
    channel: Source.Channel
    weight: int
    mql: float
    sql: float
    accepted: float
    # Labels of funnel.Reason, with weights.
    refusals: dict[str, int]
    opens_with: tuple[str, dict[str, Any]]


Channel = Source.Channel
ORIGINS = (
    Origin(
        "Demo form",
        Channel.WEBSITE,
        12,
        0.58,
        0.38,
        0.83,
        {
            "Already a customer": 4,
            "Too small": 2,
            "No budget this year": 2,
            "Not their decision": 1,
        },
        ("page_view", {"path": "/product", "title": "Product"}),
    ),
    Origin(
        "Partner: Halden",
        Channel.PARTNER,
        5,
        0.6,
        0.36,
        0.8,
        {"Already a customer": 3, "Later than six months": 2, "No budget this year": 1},
        ("page_view", {"path": "/partners/halden", "title": "Halden and Fernhill"}),
    ),
    Origin(
        "Webinar: Cold chain",
        Channel.EVENT,
        13,
        0.36,
        0.13,
        0.69,
        {"No budget this year": 5, "Later than six months": 3, "Not their decision": 2},
        ("webinar_signup", {"title": "Cold chain without paper"}),
    ),
    Origin(
        "Organic search",
        Channel.SEARCH,
        22,
        0.22,
        0.07,
        0.64,
        {"Too small": 5, "No need": 3, "Could not be reached": 2, "Competitor": 1},
        ("page_view", {"path": "/", "title": "Fernhill Systems"}),
    ),
    Origin(
        "Google Ads: brand",
        Channel.PAID,
        15,
        0.24,
        0.08,
        0.56,
        {"Too small": 5, "Already a customer": 3, "No need": 2, "Could not be reached": 2},
        ("page_view", {"path": "/lp/checks", "title": "Digital checks"}),
    ),
    Origin(
        "Email: Safety 3",
        Channel.EMAIL,
        14,
        0.18,
        0.05,
        0.48,
        {"No need": 5, "Could not be reached": 3, "Later than six months": 2},
        ("email_click", {"subject": "Three minutes for safer shifts"}),
    ),
    Origin(
        "Content: checklist",
        Channel.CONTENT,
        15,
        0.15,
        0.06,
        0.27,
        {"Student or job seeker": 8, "Too small": 3, "No need": 2, "Wrong contact details": 1},
        ("download", {"title": "Audit checklist"}),
    ),
    Origin(
        "Website chat",
        Channel.WEBSITE,
        4,
        0.34,
        0.16,
        0.6,
        {"No need": 3, "Too small": 2, "Already a customer": 1},
        ("chat", {"text": "Does it work offline?"}),
    ),
)
ORIGIN = {origin.name: origin for origin in ORIGINS}
ORIGIN_WEIGHTS = [origin.weight for origin in ORIGINS]

# (name, source, first and last day before now, spend); no last day: it runs.
CAMPAIGNS: tuple[tuple[str, str, int, int | None, int], ...] = (
    ("Cold chain without paper", "Webinar: Cold chain", 330, 150, 9_200),
    ("Nordic food Q4", "Webinar: Cold chain", 78, None, 11_400),
    ("Safety 1", "Email: Safety 3", 352, 250, 2_100),
    ("Safety 2", "Email: Safety 3", 236, 128, 2_300),
    ("Safety 3", "Email: Safety 3", 110, None, 2_900),
    ("Brand always on", "Google Ads: brand", 364, None, 38_500),
    ("Search Benelux", "Google Ads: brand", 170, 45, 12_800),
    ("Search Nordics", "Google Ads: brand", 62, None, 9_700),
    ("Checklist spring", "Content: checklist", 270, 160, 6_400),
    ("Checklist autumn", "Content: checklist", 96, None, 8_100),
    ("Halden referrals", "Partner: Halden", 364, None, 6_000),
    ("Halden roadshow", "Partner: Halden", 140, 60, 14_500),
)


def open_market(at: datetime) -> None:
    """The sources and campaigns, made when they began."""
    begin = at - timedelta(days=365)
    sources = {
        origin.name: Source.objects.create(
            name=origin.name,
            key=name_key(origin.name, 100),
            word_keys=word_keys({"name": origin.name}),
            channel=origin.channel,
            created_at=begin,
        )
        for origin in ORIGINS
    }
    for name, source, first, last, spend in CAMPAIGNS:
        Campaign.objects.create(
            name=name,
            key=name_key(name, 150),
            word_keys=word_keys({"name": name}),
            source=sources[source],
            starts_on=(at - timedelta(days=first)).date(),
            ends_on=None if last is None else (at - timedelta(days=last)).date(),
            spend=Decimal(spend),
            created_at=at - timedelta(days=first),
        )


def campaign_on(source: str, days_ago: float, dice: Random) -> str:
    """One of the source's campaigns that run on that day; blank when none does."""
    running = [
        name
        for name, of, first, last, _ in CAMPAIGNS
        if of == source and first >= days_ago >= (last or 0)
    ]
    return dice.choice(running) if running and dice.random() < 0.85 else ""


# --- companies ---------------------------------------------------------------------------------

MAKES = {
    "Food and drink": ("Foods", "Dairy", "Bakeries", "Seafood", "Brewing", "Fresh"),
    "Logistics": ("Freight", "Logistics", "Cold Storage", "Cargo", "Haulage"),
    "Manufacturing": ("Pumps", "Tools", "Castings", "Optics", "Ceramics", "Valves"),
    "Medical devices": ("Medical", "Diagnostics", "Implants"),
    "Pharmaceuticals": ("Pharma", "Biologics"),
    "Chemicals": ("Chemicals", "Coatings", "Adhesives"),
    "Energy": ("Energy", "Grid", "Wind"),
    "Mining": ("Minerals", "Quarries"),
    "Packaging": ("Packaging", "Cartons", "Glass"),
    "Retail": ("Markets", "Retail", "Stores"),
    "Software": ("Software", "Data", "Labs"),
    "Consulting": ("Consulting", "Advisors"),
    "Hospitality": ("Hotels", "Catering"),
    "Construction": ("Build", "Construction"),
    "Education": ("College", "Polytechnic"),
    "Public sector": ("Waterworks", "Hospital Trust"),
}
OTHERS = [industry for industry in MAKES if industry not in SEGMENT]
SIZES = {
    # (least, most) people with weights: what a good and what an ordinary lead works for.
    True: (((60, 199), 3), ((200, 420), 4), ((421, 1000), 4), ((1001, 6400), 2)),
    False: (((1, 9), 3), ((10, 49), 5), ((50, 199), 3), ((200, 900), 1), ((1001, 30000), 1)),
}


@dataclass(slots=True)
class Employer:
    name: str
    domain: str
    industry: str
    employees: int
    place: Country

    def facts(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "domain": self.domain,
            "industry": self.industry,
            "employees": self.employees,
            "country": self.place.country,
        }


def ascii_of(text: str) -> str:
    """Letters as an address writes them."""
    spelled = text.replace("ø", "o").replace("Ø", "O").replace("ł", "l").replace("Ł", "L")
    spelled = spelled.replace("æ", "ae").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


@dataclass
class Market:
    """Draws people and their employers; nobody twice, and often colleagues."""

    dice: Random
    addresses: set[str] = field(default_factory=set)
    employers: dict[tuple[bool, str], list[Employer]] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)

    def employer(self, place: Country, *, good: bool) -> Employer:
        known = self.employers.setdefault((good, place.country), [])
        if known and self.dice.random() < 0.35:
            return self.dice.choice(known)
        industry = self.dice.choice(SEGMENT if good or self.dice.random() < 0.3 else OTHERS)
        bands, weights = zip(*SIZES[good], strict=True)
        least, most = self.dice.choices(bands, weights)[0]
        made = None
        for _ in range(40):
            name = f"{self.dice.choice(place.roots)} {self.dice.choice(MAKES[industry])}"
            domain = f"{ascii_of(name)}.example"
            if domain not in self.domains:
                self.domains.add(domain)
                employees = self.dice.randint(least, most)
                made = Employer(f"{name} {place.form}", domain, industry, employees, place)
                known.append(made)
                break
        return made or self.dice.choice(known or [self.employer(place, good=good)])

    def place(self, *, sold_to: bool) -> Country:
        """A good lead is nearly always where Fernhill sells."""
        countries = PLACES[:14] if sold_to else PLACES
        return self.dice.choices(countries, WEIGHTS[: len(countries)])[0]

    def person(self, reach: str) -> dict[str, Any]:
        """A lead in the shape of the API, as good as its reach needs."""
        good = reach in (SQL, MQL)
        place = self.place(sold_to=good and self.dice.random() < 0.97)
        first, last = self._name(place)
        if reach == INQUIRY:
            return self._nearly_nobody(first, last, place)
        employer = self.employer(place, good=good)
        address = self._address(first, last, employer.domain)
        if reach == BIN:
            address = self._address(first, last, "mailinator.com")
        lead: dict[str, Any] = {
            "email": address,
            "first_name": first,
            "last_name": last,
            "job_title": self.dice.choice(TITLES[reach]),
            "country": place.country,
            "city": self.dice.choice(place.cities),
            "company": employer.facts(),
        }
        if reach != BIN and self.dice.random() < (0.9 if reach == SQL else 0.4):
            lead["phone"] = phone(place, self.dice)
        return lead

    def _name(self, place: Country) -> tuple[str, str]:
        return self.dice.choice(place.first), self.dice.choice(place.last)

    def _address(self, first: str, last: str, domain: str) -> str:
        local = f"{ascii_of(first)}.{ascii_of(last)}"
        address, number = f"{local}@{domain}", 1
        while address in self.addresses:
            number += 1
            address = f"{local}{number}@{domain}"
        self.addresses.add(address)
        return address

    def _nearly_nobody(self, first: str, last: str, place: Country) -> dict[str, Any]:
        """A private mailbox and no name: somebody read something."""
        return {"email": self._address(first, last, "test.com"), "country": place.country}


_DECIDERS = (
    "VP Operations, Head of Quality, Operations Director, COO, Head of Logistics, Plant Director, "
    "Director of Food Safety, Head of Production, Supply Chain Director, Managing Director, "
    "VP Supply Chain, Head of HSE, Quality Director, Technical Director"
)
_RUNNERS = (
    "Quality Manager, Plant Manager, Operations Manager, Food Safety Manager, HSE Manager, "
    "Supply Chain Manager, Warehouse Manager, Maintenance Manager, Compliance Lead, Quality Lead"
)
_ANYBODY = (
    "Quality Engineer, Buyer, Process Engineer, Laboratory Technician, Office Manager, Analyst, "
    "Project Coordinator, Shift Supervisor, Account Executive, Consultant, Developer, Student, "
    "Intern Quality, Marketing Specialist, Auditor"
)
TITLES = {
    SQL: (_DECIDERS + ", " + _DECIDERS + ", " + _RUNNERS).split(", "),
    MQL: (_DECIDERS + ", " + _RUNNERS + ", " + _RUNNERS).split(", "),
    LEAD: _ANYBODY.split(", "),
    BIN: _ANYBODY.split(", "),
}

"""How a story is told: who, from where, and what they did how long before now."""

from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Any

from leads.demo.fates import Fate
from leads.demo.journeys import CONSENT_TEXT, PRICING, Did, Journey, Said
from leads.demo.market import ORIGIN

# How long ago: days, hours, minutes.
Ago = tuple[float, float, float]
# Name, what stands before .example, industry, people.
Employer = tuple[str, str, str, int]
SOON, QUARTER = "Within 6 months", "This quarter"
BRIGHTWATER = ("Brightwater Foods", "brightwater", "Food and drink", 610)
NORTHLINE = ("Northline Freight", "northline", "Logistics", 420)


def page_views(*seen: tuple[Ago, str, str]) -> list[tuple[Ago, str, dict[str, Any]]]:
    return [(ago, "page_view", {"path": path, "title": title}) for ago, path, title in seen]


def pricing(*agos: Ago) -> list[tuple[Ago, str, dict[str, Any]]]:
    return page_views(*((ago, *PRICING) for ago in agos))


def demo(ago: Ago, message: str) -> tuple[Ago, str, dict[str, Any]]:
    return ago, "demo_request", {"message": message, "form": "Demo"}


def person(
    name: str,
    title: str,
    country: str,
    city: str,
    company: Employer,
    mail: str = "",
) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    called, domain, industry, employees = company
    return {
        "first_name": first,
        "last_name": last,
        "job_title": title,
        "country": country,
        "city": city,
        "email": f"{mail or first.lower()}@{domain}.example",
        "company": {
            "name": called,
            "domain": f"{domain}.example",
            "industry": industry,
            "employees": employees,
            "country": country,
        },
    }


@dataclass(frozen=True, slots=True)
class Story:
    """Who, from where, and all they did and said, each so long before now."""

    who: dict[str, Any]
    source: str
    first: Ago
    did: list[tuple[Ago, str, dict[str, Any]]]
    _: KW_ONLY
    told: tuple[Ago, dict[str, Any]] | None = None
    campaign: str = ""
    fate: Fate | None = None
    consents: bool = True

    def journey(self, now: datetime) -> Journey:
        said = [Said(before(now, self.first), self._values())]
        if self.told:
            ago, values = self.told
            said.append(Said(before(now, ago), {"email": self.who["email"]} | values))
        did = [Did(before(now, ago), type_, properties) for ago, type_, properties in self.did]
        return Journey(said, did, ORIGIN[self.source], fate=self.fate, exact=True)

    def _values(self) -> dict[str, Any]:
        values = self.who | {"source": self.source}
        if self.campaign:
            values["campaign"] = self.campaign
        if self.consents:
            given = {"given": True, "channel": self.source, "text": CONSENT_TEXT}
            values["consent"] = {"marketing": given}
        return values


def before(now: datetime, ago: Ago) -> datetime:
    days, hours, minutes = ago
    return now - timedelta(days=days, hours=hours, minutes=minutes)


def wants(
    ago: Ago, value: int, timeline: str = "", phone: str = "", **more: Any
) -> tuple[Ago, dict[str, Any]]:
    told: dict[str, Any] = {"estimated_value": value} | more
    if timeline:
        told["attributes"] = {"purchase_timeline": timeline}
    if phone:
        told["phone"] = phone
    return ago, told


def asked(who: dict[str, Any], source: str, ago: Ago, fate: Fate, wish: str) -> Story:
    """Looked around for two days, came to the prices, and asked for a demo."""
    days, hours, minutes = ago
    return Story(
        who,
        source,
        (days + 2, hours + 3, minutes),
        [
            *page_views(((days + 2, hours + 3, minutes), "/product", "Product")),
            *pricing((days + 1, hours, minutes), (days, hours, minutes + 55)),
            *page_views(((days, hours, minutes + 50), "/customers", "Customers")),
            demo(ago, wish),
        ],
        told=wants(ago, 20_000 + 60 * who["company"]["employees"], SOON),
        fate=fate,
    )

"""What each person of the demonstration says and does over the year, before it is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from funnel.defaults import SOON, TIMELINES
from leads.demo.fates import Fate
from leads.demo.market import INQUIRY, LEAD, MQL, SQL, Market, Origin, campaign_on

ZONE = ZoneInfo("Europe/Berlin")
YEAR = 365
# Days after which only the day of what somebody did is told truly.
LONG_AGO = 42


class Said(NamedTuple):
    """Fields of the lead, as a form or a list sent them."""

    at: datetime
    values: dict[str, Any]


class Did(NamedTuple):
    at: datetime
    type: str
    properties: dict[str, Any]


@dataclass
class Journey:
    """One person: what was said about them, what they did, and what sales will make of it."""

    said: list[Said]
    did: list[Did]
    origin: Origin
    # When they do what should make them an SQL.
    crosses: datetime | None = None
    fate: Fate | None = None
    # Told to the second; others arrive with the next batch.
    exact: bool = False
    lead_id: int = field(default=0, compare=False)

    @property
    def begins(self) -> datetime:
        return self.said[0].at


PAGES = (
    ("/product", "Product"),
    ("/product/checks", "Digital checks"),
    ("/product/audits", "Audits without paper"),
    ("/industries/food", "For food makers"),
    ("/industries/logistics", "For cold storage and logistics"),
    ("/integrations/sap", "Integration: SAP"),
    ("/integrations/power-bi", "Integration: Power BI"),
    ("/customers", "Customers"),
    ("/security", "Security"),
    ("/blog/temperature-logs", "Temperature logs that hold in an audit"),
    ("/blog/near-misses", "What near misses tell you"),
)
PRICING = ("/pricing", "Pricing")
SUBJECTS = (
    "Audit season starts in March",
    "Three minutes for safer shifts",
    "How Delta Seafood dropped its paper logs",
    "Your checks, on any phone",
    "What inspectors ask first",
)
GUIDES = ("Audit guide", "ROI guide", "Audit checklist", "HACCP template", "Buyer checklist")
WEBINARS = ("Cold chain without paper", "Audits in half the time", "Safer shifts, fewer forms")
WISHES = (
    "We want to replace paper checks on {sites} sites. Who can show us how?",
    "Our next audit is in spring and the logs are a mess. Can we see it next week?",
    "Looking for one tool for checks and near misses, about {people} users.",
    "Please show us how it works offline, in a cold store.",
    "We compare three suppliers. What does the roll-out take for {sites} sites?",
    "Need SAP integration and reports for the group. Is there a demo in German?",
    "Our current supplier ends its product in summer.",
)
QUESTIONS = (
    "Does it work offline?",
    "Which languages do you have?",
    "Can we use our own sign-in?",
    "How do you count users?",
    "Is there an interface to SAP?",
)
CONSENT_TEXT = "Yes, Fernhill Systems may send me news about its products."


# --- when --------------------------------------------------------------------------------------


def day_ago(dice: Random) -> float:
    """A moment of the year, in days before now: more of them lately, fewer in the holidays."""
    while True:
        ago = dice.uniform(0.9, YEAR - 1)
        likelihood = 0.3 + 2 * (1 - ago / YEAR) ** 2
        if dice.random() * 2.3 < likelihood:
            return ago


def at_work(at: datetime, dice: Random) -> datetime:
    """The same day within office hours; from a weekend the Friday before."""
    local = at.astimezone(ZONE)
    back = max(local.weekday() - 4, 0)
    hour = min(max(dice.gauss(12.3, 2.4), 7.6), 17.4)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=back) + timedelta(hours=hour, seconds=dice.randrange(60))


def _with_others(at: datetime, now: datetime) -> datetime:
    """Long ago, those of six days share a minute: fewer batches, and nobody reads the clock."""
    days = (now - at).days
    if days < LONG_AGO:
        return at
    days -= days % 6
    return at_work(now - timedelta(days=days), Random(days))


# --- what --------------------------------------------------------------------------------------


def asks_now(market: Market, origin: Origin, now: datetime) -> Journey:
    """Somebody from this source who looked around for some weeks and asks at this moment."""
    values = market.person(SQL) | {"source": origin.name}
    given = {"given": True, "channel": origin.name, "text": CONSENT_TEXT}
    return _to_sql(values | {"consent": {"marketing": given}}, origin, now, now, market.dice)


def draw_journey(market: Market, origin: Origin, reach: str, now: datetime) -> Journey:
    """Somebody from this source who gets about that far."""
    dice = market.dice
    ago = day_ago(dice)
    at = now - timedelta(days=ago)
    # People read at night and on Sundays; they ask in office hours.
    if reach == SQL or dice.random() < 0.8:
        at = at_work(at, dice)
    elif dice.random() < 0.03:
        at = now - timedelta(hours=dice.uniform(0.5, 20))
    ago = (now - at) / timedelta(days=1)
    values = market.person(reach)
    consents = dice.random() < {SQL: 1.0, MQL: 1.0, LEAD: 0.55}.get(reach, 0.3)
    values["source"] = origin.name
    if campaign := campaign_on(origin.name, ago, dice):
        values["campaign"] = campaign
    if consents:
        values["consent"] = {
            "marketing": {"given": True, "channel": origin.name, "text": CONSENT_TEXT}
        }
    if dice.random() < (0.5 if reach == MQL else 0.2 if reach == LEAD else 0):
        values["attributes"] = {"purchase_timeline": dice.choice(TIMELINES[3:])}
    if reach == SQL:
        return _to_sql(values, origin, at, now, dice)
    type_, properties = origin.opens_with
    did = [Did(at, type_, properties)]
    visits = {MQL: dice.randint(1, 5), LEAD: dice.randint(0, 3), INQUIRY: dice.randint(0, 1)}
    for _ in range(visits.get(reach, 0)):
        did += _visit(at + timedelta(days=dice.expovariate(1 / 20)), dice)
    if consents and reach != INQUIRY:
        did += _mails(at, now, dice)
    if reach == MQL and dice.random() < 0.4:
        did += _learns(at + timedelta(days=dice.uniform(0.5, 30)), dice)
    return Journey([Said(at, values)], [one for one in did if one.at <= now], origin)


def _to_sql(
    values: dict[str, Any], origin: Origin, crosses: datetime, now: datetime, dice: Random
) -> Journey:
    """A person who looks around for some weeks and then asks."""
    crosses = _with_others(crosses, now)
    span = min(dice.expovariate(1 / 13), 80)
    begins = at_work(crosses - timedelta(days=span), dice)
    if span < 0.5 or begins >= crosses:
        begins = crosses - timedelta(minutes=dice.uniform(4, 40))
    type_, properties = origin.opens_with
    did = [Did(begins, type_, properties)]
    for _ in range(dice.randint(1, 5)):
        did += _visit(begins + (crosses - begins) * dice.random(), dice)
    if dice.random() < 0.55:
        did += _learns(begins + (crosses - begins) * dice.random(), dice)
    if (crosses - begins).days > 3:
        did += _mails(begins, crosses, dice)
    if dice.random() < 0.65:
        for _ in range(3):
            did.append(_page(crosses - timedelta(hours=dice.expovariate(1 / 14)), *PRICING))
    if dice.random() < 0.25:
        text = dice.choice(QUESTIONS)
        did.append(Did(crosses - timedelta(minutes=dice.uniform(3, 900)), "chat", {"text": text}))
    did = [one for one in did if begins <= one.at < crosses]
    employees = values["company"]["employees"]
    asked = _asks(crosses, origin, employees, dice)
    worth = min(max(employees * dice.uniform(60, 190), 9_000), 140_000)
    told: dict[str, Any] = {"email": values["email"], "estimated_value": round(worth, -3)}
    if asked.type != "call_booked" or dice.random() < 0.5:
        told["attributes"] = {"purchase_timeline": dice.choice(SOON)}
    return Journey(
        [Said(begins, values), Said(crosses, told)], [*did, asked], origin, crosses=crosses
    )


def _asks(at: datetime, origin: Origin, employees: int, dice: Random) -> Did:
    """What makes somebody an SQL: a demo, a call, a quote."""
    if origin.name == "Demo form" or dice.random() < 0.5:
        wish = dice.choice(WISHES).format(
            sites=dice.randint(2, 9), people=max(10, round(employees // 4, -1))
        )
        return Did(at, "demo_request", {"message": wish, "form": "Demo"})
    if dice.random() < 0.6:
        return Did(at, "call_booked", {"title": "20 minutes with an expert"})
    return Did(at, "form_sent", {"form": "Quote", "title": "Quote", "path": "/quote"})


def _page(at: datetime, path: str, title: str) -> Did:
    return Did(at, "page_view", {"path": path, "title": title})


def _visit(at: datetime, dice: Random) -> list[Did]:
    """A few pages, some minutes apart."""
    pages = []
    for _ in range(dice.randint(1, 4)):
        pages.append(_page(at, *(PRICING if dice.random() < 0.12 else dice.choice(PAGES))))
        at += timedelta(seconds=dice.randint(20, 240))
    return pages


def _mails(since: datetime, until: datetime, dice: Random) -> list[Did]:
    """Newsletters opened, some clicked; now and then the last one."""
    did = []
    for _ in range(dice.randint(0, 3)):
        at = since + (until - since) * dice.random()
        subject = {"subject": dice.choice(SUBJECTS)}
        did.append(Did(at, "email_open", subject))
        if dice.random() < 0.35:
            did.append(Did(at + timedelta(seconds=dice.randint(5, 90)), "email_click", subject))
        elif dice.random() < 0.02:
            did.append(Did(at + timedelta(seconds=30), "unsubscribed", subject))
    return did


def _learns(at: datetime, dice: Random) -> list[Did]:
    """A guide taken, or a webinar signed up for and mostly watched."""
    if dice.random() < 0.55:
        return [Did(at, "download", {"title": dice.choice(GUIDES)})]
    title = {"title": dice.choice(WEBINARS)}
    did = [Did(at - timedelta(days=dice.uniform(1, 6)), "webinar_signup", title)]
    if dice.random() < 0.7:
        did.append(Did(at, "webinar_attended", title | {"minutes": dice.randint(18, 45)}))
    return did

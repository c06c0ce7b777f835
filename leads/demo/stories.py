"""The people one meets first: those who wait in the queue now, and what the day brought so far."""

from datetime import datetime, timedelta
from typing import Any

from leads.demo.cast import DANA, ELIF, LIAM, MARCUS, PRIYA, YUKI, Person
from leads.demo.fates import Channel, Contact, Fate, Result
from leads.demo.journeys import CONSENT_TEXT, PRICING, Did, Journey, Said
from leads.demo.market import ORIGIN

# How long ago: days, hours, minutes.
Ago = tuple[float, float, float]
# Name, what stands before .example, industry, people.
Employer = tuple[str, str, str, int]
SOON, QUARTER = "Within 6 months", "This quarter"


def _pages(*pages: tuple[Ago, str, str]) -> list[tuple[Ago, str, dict[str, Any]]]:
    return [(ago, "page_view", {"path": path, "title": title}) for ago, path, title in pages]


def _pricing(*agos: Ago) -> list[tuple[Ago, str, dict[str, Any]]]:
    return _pages(*((ago, *PRICING) for ago in agos))


def _demo(ago: Ago, message: str) -> tuple[Ago, str, dict[str, Any]]:
    return ago, "demo_request", {"message": message, "form": "Demo"}


def _person(
    name: str,
    title: str,
    country: str,
    city: str,
    company: tuple[str, str, str, int],
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


def _story(
    now: datetime,
    person: dict[str, Any],
    source: str,
    first: Ago,
    did: list[tuple[Ago, str, dict[str, Any]]],
    *,
    told: tuple[Ago, dict[str, Any]] | None = None,
    campaign: str = "",
    fate: Fate | None = None,
    consents: bool = True,
) -> Journey:
    """A journey in which everything happens so long before now."""

    def at(ago: Ago) -> datetime:
        days, hours, minutes = ago
        return now - timedelta(days=days, hours=hours, minutes=minutes)

    values = person | {"source": source}
    if campaign:
        values["campaign"] = campaign
    if consents:
        values["consent"] = {"marketing": {"given": True, "channel": source, "text": CONSENT_TEXT}}
    said = [Said(at(first), values)]
    if told:
        said.append(Said(at(told[0]), {"email": person["email"]} | told[1]))
    return Journey(
        said,
        [Did(at(ago), type_, properties) for ago, type_, properties in did],
        ORIGIN[source],
        fate=fate,
        exact=True,
    )


def _wants(
    ago: Ago, value: int, timeline: str = "", phone: str = "", **more: Any
) -> tuple[Ago, dict[str, Any]]:
    told: dict[str, Any] = {"estimated_value": value} | more
    if timeline:
        told["attributes"] = {"purchase_timeline": timeline}
    if phone:
        told["phone"] = phone
    return ago, told


def all_of_them(now: datetime) -> list[Journey]:
    return [*_waiting(now), *_colleagues(now), *_in_hand(now), *_sent_back(now)]


BRIGHTWATER = ("Brightwater Foods", "brightwater", "Food and drink", 610)
NORTHLINE = ("Northline Freight", "northline", "Logistics", 420)


def _waiting(now: datetime) -> list[Journey]:
    """Nine in the queue: one late by minutes, two due within ten, the rest with time."""
    waits = Fate(DANA)
    return [
        _story(
            now,
            _person("Maya Lindqvist", "VP Operations", "SE", "Malmö", BRIGHTWATER),
            "Webinar: Cold chain",
            (23, 4, 0),
            [
                ((23, 4, 0), "webinar_signup", {"title": "Cold chain without paper"}),
                *_pages(((17, 3, 10), "/blog/temperature-logs", "Temperature logs in an audit")),
                *_pricing((0, 27, 5), (0, 3, 40), (0, 1, 12)),
                _demo(
                    (0, 0, 33.2),
                    "We want to replace paper temperature logs before the spring audit. "
                    "Four sites, about 90 people. Who can show us this next week?",
                ),
            ],
            told=_wants((0, 0, 33.2), 48_000, phone="+46 8 465 004 12"),
            campaign="Nordic food Q4",
            fate=waits,
        ),
        _story(
            now,
            _person("Arjun Mehta", "Head of Logistics", "NL", "Rotterdam", NORTHLINE),
            "Demo form",
            (12, 2, 0),
            [
                *_pages(((12, 2, 0), "/industries/logistics", "For cold storage and logistics")),
                ((3, 5, 0), "download", {"title": "ROI guide"}),
                ((1, 2, 0), "download", {"title": "ROI guide"}),
                _demo((0, 0, 25.9), "Need live ETAs across 3 depots, and checks at the ramp."),
            ],
            told=_wants((0, 0, 25.9), 62_000),
            fate=waits,
        ),
        _story(
            now,
            _person(
                "Sofia Marchetti",
                "Plant Manager",
                "IT",
                "Modena",
                ("Ceramiche Alto", "ceramichealto", "Manufacturing", 180),
            ),
            "Website chat",
            (2, 6, 0),
            [
                *_pages(((2, 6, 0), "/product", "Product"), ((0, 2, 0), "/security", "Security")),
                *_pricing((2, 5, 50), (0, 1, 55), (0, 0, 40)),
                ((0, 0, 21.6), "chat", {"text": "Do both plans have single sign-on?"}),
            ],
            told=_wants((0, 0, 21.6), 31_000, QUARTER),
            fate=waits,
        ),
        _story(
            now,
            _person(
                "Kwame Boateng",
                "COO",
                "GH",
                "Accra",
                ("Volta Grid Services", "voltagrid", "Energy", 900),
            ),
            "Partner: Halden",
            (6, 1, 0),
            [
                *_pages(((6, 1, 0), "/partners/halden", "Halden and Fernhill")),
                ((5, 23, 0), "download", {"title": "ROI guide"}),
                ((0, 0, 14), "call_booked", {"title": "20 minutes with an expert"}),
            ],
            told=_wants((0, 0, 14), 120_000, SOON),
            campaign="Halden referrals",
            fate=waits,
        ),
        _story(
            now,
            _person(
                "Hannah Weiss",
                "Quality Lead",
                "DE",
                "Leipzig",
                ("Ostwerk Medical", "ostwerk", "Medical devices", 260),
            ),
            "Webinar: Cold chain",
            (9, 0, 0),
            [
                ((9, 0, 0), "webinar_signup", {"title": "Audits in half the time"}),
                (
                    (0, 1, 5),
                    "webinar_attended",
                    {"title": "Audits in half the time", "minutes": 45},
                ),
                ((0, 0, 10.4), "form_sent", {"form": "Quote", "title": "Quote", "path": "/quote"}),
            ],
            told=_wants((0, 0, 10.4), 27_000, SOON, phone="+49 30 23125017"),
            fate=waits,
        ),
        _story(
            now,
            _person(
                "Diego Fuentes",
                "Operations Director",
                "ES",
                "Huelva",
                ("Salares Minerals", "salares", "Mining", 740),
            ),
            "Email: Safety 3",
            (30, 2, 0),
            [
                (
                    (30, 2, 0),
                    "email_click",
                    {"subject": "How Salinas Quarries halved its near misses"},
                ),
                ((0, 3, 0), "email_click", {"subject": "Three minutes for safer shifts"}),
                ((0, 2, 50), "download", {"title": "Near-miss template"}),
                ((0, 0, 6.7), "form_sent", {"form": "Quote", "title": "Quote", "path": "/quote"}),
            ],
            told=_wants((0, 0, 6.7), 85_000, SOON),
            campaign="Safety 3",
            fate=waits,
        ),
        _story(
            now,
            _person(
                "Aoife Byrne",
                "IT Director",
                "IE",
                "Cork",
                ("Kilbrack Dairy", "kilbrack", "Food and drink", 150),
            ),
            "Organic search",
            (243, 3, 0),
            [
                *_pages(
                    ((243, 3, 0), "/", "Fernhill Systems"),
                    ((2, 1, 0), "/integrations/sap", "Integration: SAP"),
                    ((1, 4, 0), "/integrations/power-bi", "Integration: Power BI"),
                    ((1, 3, 55), "/integrations", "Integrations"),
                    ((0, 0, 21), "/integrations/sap", "Integration: SAP"),
                    ((0, 0, 17), "/security", "Security"),
                ),
                _demo((0, 0, 2.5), "Does it write to SAP QM directly? We have two dairies."),
            ],
            told=_wants((0, 0, 2.5), 22_000, phone="+353 20 9130042"),
            fate=waits,
        ),
        _story(
            now,
            _person(
                "Chen Yu-ting",
                "Supply Chain Manager",
                "GB",
                "Bristol",
                ("Formosa Optics", "formosaoptics", "Manufacturing", 1_150),
                "yuting.chen",
            ),
            "Content: checklist",
            (1, 6, 0),
            [
                ((1, 6, 0), "download", {"title": "Buyer checklist"}),
                ((0, 0, 1.2), "form_sent", {"form": "Quote", "title": "Quote", "path": "/quote"}),
            ],
            told=_wants((0, 0, 1.2), 54_000, QUARTER),
            campaign="Checklist autumn",
            fate=waits,
        ),
        _story(
            now,
            _person(
                "Lena Novak",
                "Procurement Lead",
                "SK",
                "Žilina",
                ("Tatra Pumps", "tatrapumps", "Manufacturing", 430),
            ),
            "Google Ads: brand",
            (5, 2, 0),
            [
                *_pages(((5, 2, 0), "/lp/checks", "Digital checks")),
                *_pricing((4, 1, 0), (0, 4, 0), (0, 0, 0.5)),
            ],
            told=_wants((1, 1, 0), 18_000, SOON),
            campaign="Search Nordics",
            fate=waits,
        ),
    ]


def _colleagues(now: datetime) -> list[Journey]:
    """People of the same companies, so that nobody is alone."""
    return [
        _story(
            now,
            _person(name, title, country, city, company),
            "Organic search",
            (days, 2, 0),
            [*_pages(((days, 2, 0), "/", "Fernhill Systems")), *more],
            consents=consents,
        )
        for name, title, country, city, company, days, consents, more in (
            ("Jonas Holm", "Quality Engineer", "SE", "Malmö", BRIGHTWATER, 64, False, []),
            ("Petra Ek", "Process Engineer", "SE", "Lund", BRIGHTWATER, 41, True, []),
            (
                "Sara Ahl",
                "Buyer",
                "SE",
                "Malmö",
                BRIGHTWATER,
                120,
                True,
                [((80, 1, 0), "unsubscribed", {"subject": "Your checks, on any phone"})],
            ),
        )
    ] + [
        _story(
            now,
            _person("Ruth Bakker", "Warehouse Manager", "NL", "Rotterdam", NORTHLINE),
            "Demo form",
            (160, 2, 0),
            [
                *_pages(((160, 2, 0), "/product", "Product")),
                *_pricing((156, 4, 0), (156, 3, 0), (155, 5, 0)),
                ((155, 4, 30), "chat", {"text": "Is there a Dutch version?"}),
                _demo((155, 4, 0), "We would like to see the mobile checks. Two depots."),
            ],
            told=_wants((155, 4, 0), 26_000, QUARTER),
            fate=Fate(
                MARCUS,
                8,
                contacts=(Contact(31, Channel.CALL, Result.TALKED, "Nice talk, no project yet."),),
                decided=30,
                refusal="Later than six months",
                note="They wait for the new depot. Ask again when it opens.",
                answered=26,
            ),
        )
    ]


def _in_hand(now: datetime) -> list[Journey]:
    """What was claimed today: touched, waiting for the first call, and late for it."""
    talked = Contact(22, Channel.CALL, Result.TALKED, "Good talk. Demo on Thursday at 10.")
    message = Contact(35, Channel.EMAIL, Result.MESSAGE, "Sent two dates.")
    cases: tuple[tuple[Any, ...], ...] = (
        # name, title, country, city, company, source, ago of the demo request, fate
        (
            "Nils Aalto",
            "Head of Production",
            "FI",
            "Tampere",
            ("Lumi Bakeries", "lumibakeries", "Food and drink", 340),
            "Demo form",
            (0, 6, 40),
            Fate(DANA, 5, contacts=(talked,), decided=1.2),
        ),
        (
            "Clara Vidal",
            "Quality Director",
            "ES",
            "Valencia",
            ("Solana Pharma", "solanapharma", "Pharmaceuticals", 810),
            "Webinar: Cold chain",
            (0, 4, 20),
            Fate(DANA, 7, contacts=(message,)),
        ),
        (
            "Piet Wouters",
            "Operations Director",
            "BE",
            "Gent",
            ("Leie Coatings", "leiecoatings", "Chemicals", 290),
            "Demo form",
            (0, 1, 25),
            Fate(DANA, 4),
        ),
        (
            "Freja Bech",
            "Head of Quality",
            "DK",
            "Aarhus",
            ("Vejle Diagnostics", "vejlediagnostics", "Medical devices", 230),
            "Partner: Halden",
            (0, 3, 25),
            Fate(LIAM, 14),
        ),
        (
            "Declan Nolan",
            "Managing Director",
            "IE",
            "Galway",
            ("Burren Seafood", "burrenseafood", "Food and drink", 120),
            "Google Ads: brand",
            (0, 2, 55),
            Fate(LIAM, 27),
        ),
        (
            "Verena Moser",
            "Plant Director",
            "AT",
            "Linz",
            ("Traun Castings", "trauncastings", "Manufacturing", 560),
            "Demo form",
            (0, 2, 35),
            Fate(LIAM, 19),
        ),
        (
            "Owen Fletcher",
            "Head of HSE",
            "GB",
            "Hull",
            ("Harwick Cold Storage", "harwick", "Logistics", 380),
            "Organic search",
            (0, 5, 10),
            Fate(PRIYA, 9, contacts=(talked,)),
        ),
        (
            "Ingrid Solheim",
            "VP Supply Chain",
            "NO",
            "Ålesund",
            ("Havbruk Seafood", "havbruk", "Food and drink", 950),
            "Email: Safety 3",
            (0, 7, 30),
            Fate(ELIF, 8, contacts=(talked,), decided=2.5),
        ),
        (
            "Lukas Brandl",
            "Technical Director",
            "DE",
            "Kassel",
            ("Weser Packaging", "weserpackaging", "Packaging", 470),
            "Demo form",
            (0, 1, 50),
            Fate(YUKI, 6, contacts=(message,)),
        ),
    )
    return [
        _asked(now, _person(*who), source, ago, fate, wish)
        for (*who, source, ago, fate), wish in zip(cases, _WISHES, strict=True)
    ]


_WISHES = (
    "Three bakeries, everything on paper today. Can we start with one?",
    "We have an inspection in March and need the logs of six cold rooms.",
    "Looking for something our fitters use without training.",
    "Please show us validation and the audit trail.",
    "Temperature logs for the smokehouse and two trucks.",
    "Foundry checks every shift, with photos. Can it do that?",
    "Near misses and ramp checks in one tool?",
    "We have 14 sites on the coast. What does a roll-out take?",
    "Our customers ask for digital line clearance. Can you show it?",
)


def _asked(
    now: datetime, person: dict[str, Any], source: str, ago: Ago, fate: Fate, wish: str
) -> Journey:
    """Looked around for two days, came to the prices, and asked for a demo."""
    days, hours, minutes = ago
    return _story(
        now,
        person,
        source,
        (days + 2, hours + 3, minutes),
        [
            *_pages(((days + 2, hours + 3, minutes), "/product", "Product")),
            *_pricing((days + 1, hours, minutes), (days, hours, minutes + 55)),
            *_pages(((days, hours, minutes + 50), "/customers", "Customers")),
            _demo(ago, wish),
        ],
        told=_wants(ago, 20_000 + 60 * person["company"]["employees"], SOON),
        fate=fate,
    )


def _sent_back(now: datetime) -> list[Journey]:
    """Rejections that wait for marketing's answer."""

    def no(rep: Person, refusal: str, note: str) -> Fate:
        called = (Contact(38, Channel.CALL, Result.TALKED, note),)
        return Fate(rep, 11, contacts=called, decided=3, refusal=refusal, note=note)

    cases: tuple[tuple[Any, ...], ...] = (
        (
            "Jelle de Vries",
            "Managing Director",
            "NL",
            "Gouda",
            ("Kaas & Co", "kaasenco", "Food and drink", 56),
            "Content: checklist",
            (1, 22, 0),
            no(MARCUS, "Too small", "12 people in the dairy, and they want a phone app. Not us."),
        ),
        (
            "Fatima El Amrani",
            "Head of Logistics",
            "ES",
            "Zaragoza",
            ("Atlas Cold Storage", "atlascold", "Logistics", 640),
            "Google Ads: brand",
            (1, 3, 0),
            no(DANA, "Already a customer", "Same company as the deal Dana is closing."),
        ),
        (
            "Ben Hughes",
            "Project Lead",
            "GB",
            "Leeds",
            ("Leeds Process Group", "leedsprocess", "Chemicals", 1_900),
            "Content: checklist",
            (1, 6, 0),
            no(YUKI, "Student or job seeker", "Writing a thesis there. Nice chat, no project."),
        ),
    )
    return [
        _asked(now, _person(*who), source, ago, fate, "Can you show me how it works?")
        for *who, source, ago, fate in cases
    ]

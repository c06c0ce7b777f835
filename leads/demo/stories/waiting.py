"""Who waits in the queue now."""

from leads.demo.cast import DANA
from leads.demo.fates import Fate
from leads.demo.stories.story import (
    BRIGHTWATER,
    NORTHLINE,
    QUARTER,
    SOON,
    Story,
    demo,
    page_views,
    person,
    pricing,
    wants,
)

WAITS = Fate(DANA)
# One late by minutes, two due within ten, the rest with time.
WAITING = (
    Story(
        person("Maya Lindqvist", "VP Operations", "SE", "Malmö", BRIGHTWATER),
        "Webinar: Cold chain",
        (23, 4, 0),
        [
            ((23, 4, 0), "webinar_signup", {"title": "Cold chain without paper"}),
            *page_views(((17, 3, 10), "/blog/temperature-logs", "Temperature logs in an audit")),
            *pricing((0, 27, 5), (0, 3, 40), (0, 1, 12)),
            demo(
                (0, 0, 33.2),
                "We want to replace paper temperature logs before the spring audit. "
                "Four sites, about 90 people. Who can show us this next week?",
            ),
        ],
        told=wants((0, 0, 33.2), 48_000, phone="+46 8 465 004 12"),
        campaign="Nordic food Q4",
        fate=WAITS,
    ),
    Story(
        person("Arjun Mehta", "Head of Logistics", "NL", "Rotterdam", NORTHLINE),
        "Demo form",
        (12, 2, 0),
        [
            *page_views(((12, 2, 0), "/industries/logistics", "For cold storage and logistics")),
            ((3, 5, 0), "download", {"title": "ROI guide"}),
            ((1, 2, 0), "download", {"title": "ROI guide"}),
            demo((0, 0, 25.9), "Need live ETAs across 3 depots, and checks at the ramp."),
        ],
        told=wants((0, 0, 25.9), 62_000),
        fate=WAITS,
    ),
    Story(
        person(
            "Sofia Marchetti",
            "Plant Manager",
            "IT",
            "Modena",
            ("Ceramiche Alto", "ceramichealto", "Manufacturing", 180),
        ),
        "Website chat",
        (2, 6, 0),
        [
            *page_views(((2, 6, 0), "/product", "Product"), ((0, 2, 0), "/security", "Security")),
            *pricing((2, 5, 50), (0, 1, 55), (0, 0, 40)),
            ((0, 0, 21.6), "chat", {"text": "Do both plans have single sign-on?"}),
        ],
        told=wants((0, 0, 21.6), 31_000, QUARTER),
        fate=WAITS,
    ),
    Story(
        person(
            "Kwame Boateng",
            "COO",
            "GH",
            "Accra",
            ("Volta Grid Services", "voltagrid", "Energy", 900),
        ),
        "Partner: Halden",
        (6, 1, 0),
        [
            *page_views(((6, 1, 0), "/partners/halden", "Halden and Fernhill")),
            ((5, 23, 0), "download", {"title": "ROI guide"}),
            ((0, 0, 14), "call_booked", {"title": "20 minutes with an expert"}),
        ],
        told=wants((0, 0, 14), 120_000, SOON),
        campaign="Halden referrals",
        fate=WAITS,
    ),
    Story(
        person(
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
        told=wants((0, 0, 10.4), 27_000, SOON, phone="+49 30 23125017"),
        fate=WAITS,
    ),
    Story(
        person(
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
        told=wants((0, 0, 6.7), 85_000, SOON),
        campaign="Safety 3",
        fate=WAITS,
    ),
    Story(
        person(
            "Aoife Byrne",
            "IT Director",
            "IE",
            "Cork",
            ("Kilbrack Dairy", "kilbrack", "Food and drink", 150),
        ),
        "Organic search",
        (243, 3, 0),
        [
            *page_views(
                ((243, 3, 0), "/", "Fernhill Systems"),
                ((3, 6, 0), "/integrations/sap", "Integration: SAP"),
                ((1, 4, 0), "/integrations/power-bi", "Integration: Power BI"),
                ((1, 3, 55), "/integrations", "Integrations"),
                ((0, 0, 21), "/integrations/sap", "Integration: SAP"),
                ((0, 0, 17), "/security", "Security"),
            ),
            demo((0, 0, 2.5), "Does it write to SAP QM directly? We have two dairies."),
        ],
        told=wants((0, 0, 2.5), 22_000, phone="+353 20 9130042"),
        fate=WAITS,
    ),
    Story(
        person(
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
        told=wants((0, 0, 1.2), 54_000, QUARTER),
        campaign="Checklist autumn",
        fate=WAITS,
    ),
    Story(
        person(
            "Lena Novak",
            "Procurement Lead",
            "SK",
            "Žilina",
            ("Tatra Pumps", "tatrapumps", "Manufacturing", 430),
        ),
        "Google Ads: brand",
        (5, 2, 0),
        [
            *page_views(((5, 2, 0), "/lp/checks", "Digital checks")),
            *pricing((4, 1, 0), (0, 4, 0), (0, 0, 0.5)),
        ],
        told=wants((1, 1, 0), 18_000, SOON),
        campaign="Search Nordics",
        fate=WAITS,
    ),
)

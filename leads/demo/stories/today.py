"""What Sales took up or sent back in the last hours."""

from typing import Any

from leads.demo.cast import DANA, ELIF, LIAM, MARCUS, PRIYA, YUKI, Person
from leads.demo.fates import Channel, Contact, Fate, Result
from leads.demo.stories.story import asked, person

WISHES = (
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


TALKED = Contact(22, Channel.CALL, Result.TALKED, "Good talk. Demo on Thursday at 10.")
MESSAGE = Contact(35, Channel.EMAIL, Result.MESSAGE, "Sent two dates.")

# Claimed today: touched, waiting for the first call, and late for it.
_CLAIMED: tuple[tuple[Any, ...], ...] = (
    # name, title, country, city, company, source, ago of the demo request, fate
    (
        "Nils Aalto",
        "Head of Production",
        "FI",
        "Tampere",
        ("Lumi Bakeries", "lumibakeries", "Food and drink", 340),
        "Demo form",
        (0, 6, 40),
        Fate(DANA, 5, contacts=(TALKED,), decided=1.2),
    ),
    (
        "Clara Vidal",
        "Quality Director",
        "ES",
        "Valencia",
        ("Solana Pharma", "solanapharma", "Pharmaceuticals", 810),
        "Webinar: Cold chain",
        (0, 4, 20),
        Fate(DANA, 7, contacts=(MESSAGE,)),
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
        Fate(PRIYA, 9, contacts=(TALKED,)),
    ),
    (
        "Ingrid Solheim",
        "VP Supply Chain",
        "NO",
        "Ålesund",
        ("Havbruk Seafood", "havbruk", "Food and drink", 950),
        "Email: Safety 3",
        (0, 7, 30),
        Fate(ELIF, 8, contacts=(TALKED,), decided=2.5),
    ),
    (
        "Lukas Brandl",
        "Technical Director",
        "DE",
        "Kassel",
        ("Weser Packaging", "weserpackaging", "Packaging", 470),
        "Demo form",
        (0, 1, 50),
        Fate(YUKI, 6, contacts=(MESSAGE,)),
    ),
)
IN_HAND = tuple(
    asked(person(*who), source, ago, fate, wish)
    for (*who, source, ago, fate), wish in zip(_CLAIMED, WISHES, strict=True)
)


def _no(rep: Person, refusal: str, note: str) -> Fate:
    called = (Contact(38, Channel.CALL, Result.TALKED, note),)
    return Fate(rep, 11, contacts=called, decided=3, refusal=refusal, note=note)


_REJECTED: tuple[tuple[Any, ...], ...] = (
    (
        "Jelle de Vries",
        "Managing Director",
        "NL",
        "Gouda",
        ("Kaas & Co", "kaasenco", "Food and drink", 56),
        "Content: checklist",
        (1, 22, 0),
        _no(MARCUS, "Too small", "12 people in the dairy, and they want a phone app. Not us."),
    ),
    (
        "Fatima El Amrani",
        "Head of Logistics",
        "ES",
        "Zaragoza",
        ("Atlas Cold Storage", "atlascold", "Logistics", 640),
        "Google Ads: brand",
        (1, 3, 0),
        _no(DANA, "Already a customer", "Same company as the deal Dana is closing."),
    ),
    (
        "Ben Hughes",
        "Project Lead",
        "GB",
        "Leeds",
        ("Leeds Process Group", "leedsprocess", "Chemicals", 1_900),
        "Content: checklist",
        (1, 6, 0),
        _no(YUKI, "Student or job seeker", "Writing a thesis there. Nice chat, no project."),
    ),
)
# Rejections that wait for marketing's answer.
SENT_BACK = tuple(
    asked(person(*who), source, ago, fate, "Can you show me how it works?")
    for *who, source, ago, fate in _REJECTED
)

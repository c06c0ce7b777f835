"""People of the same companies as those who wait."""

from leads.demo.cast import MARCUS
from leads.demo.fates import Channel, Contact, Fate, Result
from leads.demo.stories.story import (
    BRIGHTWATER,
    NORTHLINE,
    QUARTER,
    Story,
    demo,
    page_views,
    person,
    pricing,
    wants,
)

COLLEAGUES = (
    *(
        Story(
            person(name, title, country, city, company),
            "Organic search",
            (days, 2, 0),
            [*page_views(((days, 2, 0), "/", "Fernhill Systems")), *more],
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
    ),
    Story(
        person("Ruth Bakker", "Warehouse Manager", "NL", "Rotterdam", NORTHLINE),
        "Demo form",
        (160, 2, 0),
        [
            *page_views(((160, 2, 0), "/product", "Product")),
            *pricing((156, 4, 0), (156, 3, 0), (155, 5, 0)),
            ((155, 4, 30), "chat", {"text": "Is there a Dutch version?"}),
            demo((155, 4, 0), "We would like to see the mobile checks. Two depots."),
        ],
        told=wants((155, 4, 0), 26_000, QUARTER),
        fate=Fate(
            MARCUS,
            8,
            contacts=(Contact(31, Channel.CALL, Result.TALKED, "Nice talk, no project yet."),),
            decided=30,
            refusal="Later than six months",
            note="They wait for the new depot. Ask again when it opens.",
            answered=26,
        ),
    ),
)

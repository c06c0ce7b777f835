"""Three that sales sent back, and what came of it: a rule that changed, a dispute, and a deal."""

from leads.demo.cast import DANA, MARCUS, PRIYA, YUKI
from leads.demo.fates import Channel, Contact, Dispute, Fate, Result
from leads.demo.stories.story import Story, asked, demo, page_views, person, pricing, wants

TALKED, NOBODY, MEETING = Result.TALKED, Result.NO_ANSWER, Channel.MEETING

# Why downloads give nothing any more in the draft.
STUDENT = asked(
    person(
        "Jonas Feld",
        "Head of Quality",
        "DE",
        "Kassel",
        ("Fulda Sensorik", "fuldasensorik", "Machinery", 260),
    ),
    "Demo form",
    (4, 3, 0),
    Fate(
        YUKI,
        9,
        contacts=(Contact(31, Channel.CALL, TALKED, "Writes a thesis on digital checks."),),
        decided=2,
        refusal="Student or job seeker",
        note="Works there two days a week and writes a thesis.\n"
        "The title is his professor’s; the downloads are his sources.",
        wrong=(("demo", "irrelevant"), ("decides", "wrong")),
        answered=5,
        closed_for_good=True,
    ),
    "Could you show me how a roll-out is planned? I have twelve questions.",
)
DISPUTED = asked(
    person(
        "Ingrid Solheim",
        "Plant Director",
        "NO",
        "Bergen",
        ("Nordhav Sjømat", "nordhav", "Food and drink", 38),
    ),
    "Partner: Halden",
    (6, 2, 0),
    Fate(
        MARCUS,
        12,
        contacts=(Contact(50, Channel.CALL, TALKED, "38 people. Nice, but small."),),
        decided=3,
        refusal="Too small",
        note="38 people on one site.",
        wrong=(("size", "stale"),),
        answered=4,
        disputed=Dispute(
            "They buy for a group of six plants; the partner says so in his note.",
            "overturned",
            "The group decides in Bergen: six plants, 240 people. Back to the queue.",
        ),
        then=Fate(PRIYA, 14, contacts=(Contact(40, Channel.CALL, TALKED, "Six plants indeed."),)),
    ),
    "We look for one system for all plants of the group.",
)
_CAME_BACK = (118, 4, 0)
WON = Story(
    person(
        "Elisa Moretti",
        "Operations Director",
        "IT",
        "Parma",
        ("Molino Vero", "molinovero", "Food and drink", 430),
    ),
    "Webinar: Cold chain",
    (166, 2, 0),
    [
        ((166, 2, 0), "webinar_signup", {"title": "Cold chain without paper"}),
        *pricing((153, 2, 0), (152, 5, 0), (152, 4, 0)),
        demo((152, 3, 0), "Interesting, but our budget for this year is spent. Show us anyway?"),
        *page_views(((119, 3, 0), "/customers", "Customers")),
        *pricing((119, 2, 0), (118, 6, 0)),
        demo(_CAME_BACK, "The budget is there now: five mills, before the harvest."),
    ],
    told=wants((152, 3, 0), 54_000),
    fate=Fate(
        DANA,
        6,
        contacts=(Contact(25, Channel.CALL, TALKED, "Budget is gone until spring."),),
        decided=4,
        refusal="No budget this year",
        note="Wants it, cannot pay for it before spring.",
        answered=7,
        returns=180,
        returns_at="demo_request",
        then=Fate(
            PRIYA,
            5,
            contacts=(
                Contact(18, Channel.CALL, NOBODY),
                Contact(95, Channel.CALL, TALKED, "Five mills. Decides with the owner."),
                Contact(4300, MEETING, TALKED, "Showed the audit trail. They want offline."),
            ),
            decided=76,
            opportunity=9,
            ended=31,
            worth=1.1,
        ),
    ),
)
VERDICTS = (STUDENT, DISPUTED, WON)

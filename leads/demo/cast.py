"""The people of Fernhill Systems, the company of the demonstration, and its settings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from accounts.keys import keys
from accounts.models import Portal, Scope, Team, User
from accounts.portal import portal
from accounts.roles import SIDE_OF, Role, Side
from funnel.models import Queue, QueueMember

PASSWORD = "fernhill-demo"  # noqa: S105 - printed at every start of the demonstration
SELLS_TO = ["AT", "BE", "CH", "DE", "DK", "ES", "FI", "GB", "IE", "IT", "NL", "NO", "SE", "SK"]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: Role
    joined: int  # days ago

    @property
    def email(self) -> str:
        first = self.name.split()[0].lower()
        return f"{first}@fernhill.example"


DANA = Person("Dana Okafor", Role.SALES, 900)
MARCUS = Person("Marcus Bell", Role.SALES, 700)
YUKI = Person("Yuki Tanaka", Role.SALES, 610)
LIAM = Person("Liam O’Shea", Role.SALES, 420)
PRIYA = Person("Priya Nair", Role.SALES, 540)
ELIF = Person("Elif Kaya", Role.SALES, 480)
REPS = (DANA, MARCUS, YUKI, LIAM, PRIYA, ELIF)
INES = Person("Ines Carvalho", Role.MARKETING, 800)
RUBEN = Person("Ruben Maes", Role.MARKETING, 450)
HELENA = Person("Helena Brandt", Role.MARKETING_MANAGER, 1100)
TOMASZ = Person("Tomasz Zieliński", Role.SALES_MANAGER, 1000)
SANNA = Person("Sanna Virtanen", Role.ADMIN, 1200)
EVERYBODY = (*REPS, INES, RUBEN, HELENA, TOMASZ, SANNA)

# (role, e-mail, password) of one person for each landing page.
SIGN_INS = [
    ("Sales rep", DANA.email, PASSWORD),
    ("Marketer", INES.email, PASSWORD),
    ("Sales manager", TOMASZ.email, PASSWORD),
    ("Marketing manager", HELENA.email, PASSWORD),
    ("Admin", SANNA.email, PASSWORD),
]


def settle_in(at: datetime) -> dict[Person, User]:
    """Settings, teams, people and the members of the one queue."""
    teams = {
        Side.MARKETING: Team.objects.create(name="Marketing", side=Side.MARKETING),
        Side.SALES: Team.objects.create(name="Sales Europe", side=Side.SALES),
    }
    # Hashed once: one password for all of them, and hashing is slow on purpose.
    password = make_password(PASSWORD)
    users = {
        person: User.objects.create(
            email=person.email,
            name=person.name,
            roles=[person.role],
            team=teams[SIDE_OF[person.role]] if person.role in SIDE_OF else None,
            password=password,
            joined_at=at - timedelta(days=person.joined),
        )
        for person in EVERYBODY
    }
    settings = Portal.load()
    settings.company_name, settings.currency = "Fernhill Systems", "EUR"
    settings.zone, settings.sells_to = "Europe/Berlin", SELLS_TO
    fields = ["company_name", "currency", "zone", "sells_to"]
    portal.change(settings, fields, by=users[SANNA], at=at)
    queue = Queue.default()
    for rep in REPS:
        QueueMember.objects.create(queue=queue, user=users[rep])
    return users


def hand_out_keys(admin: User, at: datetime) -> None:
    """Keys as a company has them: two in use and one that was replaced."""
    website, mailing = keys.integration_named("Website"), keys.integration_named("Mailing")
    year_ago, autumn = at - timedelta(days=364), at - timedelta(days=70)
    sends = [Scope.LEADS_WRITE, Scope.EVENTS_WRITE]
    old, _ = keys.create(website, scopes=sends, name="Forms, first", by=admin, at=year_ago)
    forms, _ = keys.create(
        website, scopes=[*sends, Scope.LEADS_READ], name="Forms", by=admin, at=autumn
    )
    mails, _ = keys.create(
        mailing, scopes=[Scope.EVENTS_WRITE], name="Opens and clicks", by=admin, at=autumn
    )
    keys.touch(old, at=autumn)
    keys.revoke(old, at=autumn + timedelta(days=2))
    keys.touch(forms, at=at)
    keys.touch(mails, at=at - timedelta(minutes=8))

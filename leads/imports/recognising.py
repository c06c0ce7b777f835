"""What the columns of a file are, guessed by their heads as the usual systems export them.

A file that came in before with the same head is read as it was then: its recipe is that import.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leads.checks import spellings
from leads.field_values import Definitions
from leads.imports import targets
from leads.imports.reading import Line
from leads.imports.targets import (
    AGREED,
    CREATED,
    DETAIL,
    EXTERNAL_ID,
    FIELD,
    FULL_NAME,
    LEFT_OUT,
    NOT_AGREED,
    NOT_AGREED_SINCE,
    OUTCOME,
    OUTCOME_AT,
    OUTCOME_REASON,
)
from leads.models import CustomField, FieldType, Import, ImportState

# By target, the heads that mean it, as `_key` writes them: English first, then the languages most
# exports come in. Heads of Salesforce, HubSpot, Pipedrive, Zoho, Dynamics, Mailchimp, LinkedIn,
# Meta, Google and Outlook contacts, Odoo, scanners of cards and badges.
HEADS: Mapping[str, str] = {
    "email": """email, e mail, email address, e mail address, work email, business email, mail,
        primary email, email id, e mail 1 value, email 1 value, person email, person email work,
        email work, email1, contact email, e mail adresse, email adresse, adresse e mail,
        adresse email, adresse mail, courriel, correo, correo electronico, indirizzo email,
        posta elettronica, endereco de email, e mailadres, emailadres, e postadress, adres e mail,
        adres email, sahkoposti, e posta""",
    "phone": """phone, phone number, mobile, mobile phone, mobile phone number, mobilephone,
        telephone, tel, cell, cell phone, work phone, business phone, primary phone, phone work,
        phone 1 value, person phone, person phone work, contact phone, telefon, telefonnummer,
        handy, mobil, mobiltelefon, rufnummer, telefono, movil, telefono movil, portable,
        numero de telephone, cellulare, telefone, celular, telefoon, telefoonnummer, puhelin""",
    "first_name": """first name, firstname, given name, forename, first, fname, vorname, prenom,
        nombre, nome, voornaam, fornamn, fornavn, imie, etunimi""",
    "last_name": """last name, lastname, surname, family name, last, lname, nachname, familienname,
        nom, nom de famille, apellido, apellidos, cognome, sobrenome, achternaam, efternamn,
        efternavn, nazwisko, sukunimi""",
    FULL_NAME: """name, full name, contact name, lead name, person name, contact, display name,
        attendee name, vollstandiger name, nom complet, nombre completo, nome completo, naam,
        namn, navn, imie i nazwisko""",
    "job_title": """title, job title, jobtitle, position, job position, role, job role,
        organization title, organization 1 title, designation, funktion, berufsbezeichnung, poste,
        fonction, cargo, puesto, ruolo, functie, titel, stanowisko""",
    "department": "department, abteilung, service, departamento, reparto, afdeling, avdelning",
    "linkedin": "linkedin, linkedin url, linkedin profile, linkedin profile url, person linkedin",
    "website": "website, web site, website url, homepage, webseite, site web, sitio web, sito web",
    "country": """country, country code, country region, country name, mailing country,
        ip country, countrycode, land, pays, pais, paese, kraj, cc, person country, nationality""",
    "city": """city, town, mailing city, ort, stadt, ville, ciudad, citta, cidade, plaats,
        woonplaats, stad, miasto""",
    "source": """lead source, leadsource, original source, source, traffic source, utm source,
        quelle, fuente, origine, kilde, first seen source""",
    "campaign": "campaign, campaign name, utm campaign, kampagne, campagne, campana, campagna",
    "estimated_value": """estimated value, est value, deal value, amount, value, expected revenue,
        opportunity amount, wert""",
    EXTERNAL_ID: """id, record id, lead id, contact id, lead number, person id, external id,
        customer id, leid, contact record id, entry id, salesforce id, hubspot id,
        do not modify lead, badge id, submission id""",
    CREATED: """created, create date, created date, createddate, created time, created on,
        created at, creation date, date created, add time, person created, lead created,
        date added, signup date, submitted at, submission date, optin time, connected on,
        erstellt am, erstellungsdatum, date de creation, fecha de creacion, data di creazione""",
    AGREED: """opt in, email opt in, optin, opted in, marketing consent, consent, gdpr consent,
        newsletter, accepts marketing, einwilligung""",
    NOT_AGREED: """unsubscribed, unsubscribed from all email, email opt out, opt out, opted out,
        hasoptedoutofemail, has opted out of email, do not email, donotbulkemail, do not contact,
        email optout, abgemeldet""",
    OUTCOME: """outcome, deal status, deal stage, opportunity stage, won or lost, won lost,
        opportunity status""",
    OUTCOME_AT: """close date, closed date, closed at, closed on, won date, lost date, won time,
        lost time, deal closed, abschlussdatum""",
    OUTCOME_REASON: "lost reason, loss reason, closed lost reason, reason lost, deal lost reason",
    NOT_AGREED_SINCE: "unsub time, unsubscribe time, unsubscribed at, unsubscribe date",
    "company.name": """company, company name, company account, account name, account,
        organization, organisation, organization name, organization 1 name, associated company,
        business name, employer, person organization, firma, firmenname, unternehmen, societe,
        entreprise, empresa, azienda, societa, bedrijf, bedrijfsnaam, foretag, virksomhed, yritys,
        firma nazwa""",
    "company.domain": "domain, company domain, company domain name, email domain, company website",
    "company.industry": "industry, industrie, branche, secteur, sector, settore, bransch, branza",
    "company.employees": """employees, number of employees, numberofemployees, no of employees,
        employee count, company size, team size, how big is your team, mitarbeiter,
        anzahl mitarbeiter, nombre d employes, empleados, dipendenti, medewerkers""",
    "company.founded": "founded, year founded, founding year, gegrundet",
    "company.phone": "company phone, company phone number, main phone, switchboard",
}
TARGETS = {head.strip(): name for name, heads in HEADS.items() for head in heads.split(",")}
_BY_HEAD = {" ".join(head.split()): name for head, name in TARGETS.items()}
# What a sales system keeps for itself, and nobody asks a lead about.
_OWN = re.compile(
    r"(is deleted|master record id|.*owner( id)?|created by( id)?|last modified.*|system modstamp"
    r"|last (viewed|referenced|activity) date|converted.*|is converted|photo url|jigsaw.*"
    r"|euid|gmtoff|dstoff|.*\bip|latitude|longitude|associated company ids?)"
)
# Columns that only one system writes, and how many of them tell it; a file's ids are that system's.
SYSTEMS: Mapping[str, tuple[int, Sequence[str]]] = {
    "Salesforce": (1, ("isconverted", "lastmodifiedbyid", "company account", "systemmodstamp")),
    "HubSpot": (2, ("lifecycle stage", "number of form submissions", "record id")),
    "Mailchimp": (2, ("leid", "euid", "member rating")),
    "LinkedIn": (1, ("connected on",)),
    "Meta": (2, ("adset id", "ad id", "form id")),
    "Pipedrive": (1, ("person name", "person organization", "person phone work")),
    "Dynamics": (1, ("do not modify lead", "do not modify row checksum")),
    "Google contacts": (1, ("e mail 1 value", "organization 1 name")),
    "Zoho": (1, ("lead owner id", "converted date time")),
}
# Lines looked at for the first values of their columns.
SAMPLED, FIRST_VALUES = 200, 3
_WORDS_OF = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Guess:
    """What each column seems to be, how its dates are written, and where its leads are from."""

    columns: list[str]
    day_first: bool
    source: str = ""


def recognise(
    header: Sequence[str], lines: Sequence[Line], defined: Mapping[str, CustomField]
) -> Guess:
    """By the last import of a file with this head; else by its heads and values."""
    if before := recipe(header):
        return Guess(before.columns, before.day_first, before.source)
    samples = first_values(header, (cells for _, cells in lines[:SAMPLED]))
    columns = guess(header, samples, defined)
    return Guess(columns, _reads_day_first(columns, lines, defined))


def first_values(header: Sequence[str], lines: Iterable[Sequence[str]]) -> list[list[str]]:
    """The first few values of each column that say something, no two alike."""
    found: list[list[str]] = [[] for _ in header]
    for cells in lines:
        for values, cell in zip(found, cells, strict=True):
            if cell and len(values) < FIRST_VALUES and cell not in values:
                values.append(cell)
    return found


# Heads by which a list is one of something else, as CRMs export them, where none is of people.
_ELSE = (
    ("deals", {"stagename", "closedate"}),
    ("deals", {"dealname", "dealstage"}),
    ("deals", {"opportunityname", "stage"}),
    ("changes of deals", {"opportunityid", "stagename"}),
    ("campaigns", {"budgetedcost", "numberofleads"}),
    ("campaigns", {"campaignname", "budgetedcost"}),
)
_OF_PEOPLE = {"email", "emailaddress", "firstname", "lastname", "contactname", "phone"}


def guess(
    header: Sequence[str], samples: Sequence[Sequence[str]], defined: Mapping[str, CustomField]
) -> list[str]:
    """`samples` has the first values of each column; one without any is left out."""
    columns = [
        _target(head, _key(head), values, defined)
        for head, values in zip(header, samples, strict=True)
    ]
    # A first name beside it makes a column "Name" a last one, or says the same again.
    if {"first_name", "last_name"} <= set(columns):
        columns = [LEFT_OUT if name == FULL_NAME else name for name in columns]
    elif "first_name" in columns:
        columns = ["last_name" if name == FULL_NAME else name for name in columns]
    return _no_second_id(columns)


def lists_else(header: Sequence[str]) -> str:
    """What a file lists that by its heads lists no people: "deals"; blank where it may."""
    heads = {_key(head).replace(" ", "") for head in header}
    return next((what for what, marks in _ELSE if marks <= heads and not heads & _OF_PEOPLE), "")


def by_head(head: str, defined: Mapping[str, CustomField]) -> str:
    """What a column of this head is; "" where the head alone does not say."""
    key = _key(head)
    if found := _BY_HEAD.get(key) or _BY_HEAD.get(key.replace(" ", "")):
        return found
    for field in defined.values():
        if key in (_key(field.label), _key(field.name)):
            return FIELD + field.name
    if isinstance(defined, Definitions):
        for other, name in defined.other_names.items():
            if key == _key(other):
                return FIELD + name
    return ""


def _target(head: str, key: str, values: Sequence[str], defined: Mapping[str, CustomField]) -> str:
    if not any(values):
        return LEFT_OUT
    if found := by_head(head, defined):
        return found
    if "linkedin.com/in/" in values[0]:
        return "linkedin"
    if looks_like_mail(values):
        return "email"
    if _OWN.fullmatch(key) or not spellings.name(head):
        return LEFT_OUT
    return DETAIL


def looks_like_mail(values: Sequence[str]) -> bool:
    given = [value for value in values if value]
    return all(re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", value.lower()) for value in given)


def _no_second_id(columns: list[str]) -> list[str]:
    """The first id is the file's own."""
    first = columns.index(EXTERNAL_ID) if EXTERNAL_ID in columns else None
    return [
        DETAIL if name == EXTERNAL_ID and place != first else name
        for place, name in enumerate(columns)
    ]


def _key(head: str) -> str:
    """A head in small letters without signs and marks: "E-Mail-Adresse", "NumberOfEmployees"."""
    # "Person - Email", "work_email", "CreatedDate", and the ? of a question.
    spread = unicodedata.normalize("NFKD", _WORDS_OF.sub(" ", head))
    plain = "".join(char for char in spread if not unicodedata.combining(char)).casefold()
    plain = plain.replace("ł", "l").replace("ø", "o")
    return " ".join(re.sub(r"[^\w]|_", " ", plain).split())


def system(header: Sequence[str]) -> str:
    """The system a file with this head is from; "" where it is not known."""
    keys = [_key(head) for head in header]
    have = set(keys) | {key.replace(" ", "") for key in keys}
    for name, (enough, heads) in SYSTEMS.items():
        if sum(head in have for head in heads) >= enough:
            return name
    return ""


def recipe(header: Sequence[str]) -> Import | None:
    """The last import with this head that somebody started; its columns are known to be right."""
    started = Import.objects.exclude(began_at=None).filter(
        header=list(header),
        state__in=[ImportState.RUNNING, ImportState.PAUSED, ImportState.DONE, ImportState.UNDONE],
    )
    return started.select_related("integration").first()


def _reads_day_first(
    columns: Sequence[str], lines: Sequence[Line], defined: Mapping[str, CustomField]
) -> bool:
    """Whether dates begin with their day, told by all values of all columns of dates."""
    dates = {CREATED, NOT_AGREED_SINCE, OUTCOME_AT}
    dates |= {FIELD + one.name for one in defined.values() if one.type == FieldType.DATE}
    places = [place for place, name in enumerate(columns) if name in dates]
    return bool(targets.day_is_first(cells[place] for _, cells in lines for place in places))

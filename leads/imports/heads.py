"""What the heads of columns mean, in the words of the usual exports and languages."""

import re
import unicodedata
from collections.abc import Mapping

from leads.imports.targets import (
    AGREED,
    CREATED,
    EXTERNAL_ID,
    FULL_NAME,
    NOT_AGREED,
    NOT_AGREED_SINCE,
    OUTCOME,
    OUTCOME_AT,
    OUTCOME_REASON,
)

_WORDS_OF = re.compile(r"(?<=[a-z])(?=[A-Z])")

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
_BY_HEAD = {
    " ".join(head.split()): name for name, heads in HEADS.items() for head in heads.split(",")
}


def meant_by(key: str) -> str:
    """What a column of people is by its head, as `head_key` writes it; blank for others."""
    return _BY_HEAD.get(key) or _BY_HEAD.get(key.replace(" ", ""), "")


def head_key(head: str) -> str:
    """A head in small letters without signs and marks: "E-Mail-Adresse", "NumberOfEmployees"."""
    # "Person - Email", "work_email", "CreatedDate", and the ? of a question.
    spread = unicodedata.normalize("NFKD", _WORDS_OF.sub(" ", head))
    plain = "".join(char for char in spread if not unicodedata.combining(char)).casefold()
    plain = plain.replace("ł", "l").replace("ø", "o")
    return " ".join(re.sub(r"[^\w]|_", " ", plain).split())

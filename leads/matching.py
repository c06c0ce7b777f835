"""What makes two records the same: mail addresses, domains, company names, phone numbers."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from phonenumbers.phonenumberutil import ndd_prefix_for_region

from leads.domains.addresses import one_form
from leads.domains.lists import mail_kind, registrable_domain
from leads.models import DomainKind, EmailKind
from leads.phones import plain_e164
from leads.text import key

# Mailboxes of a team or a machine, in the larger languages. They belong to nobody, so they identify
# nobody.
_ROLE_NAMES = """
    abuse accounting accounts admin administrator apply billing bookings careers compliance contact
    contactus customercare customerservice donotreply enquiries enquiry events feedback finance
    frontdesk hello help helpdesk hi hostmaster hr info information inquiries inquiry invoice
    invoices it jobs legal logistics mail mailbox mailer-daemon management marketing media news
    newsletter noc no-reply noreply notifications office operations orders partner partners payments
    postmaster presales press privacy procurement purchase purchasing reception recruiting
    recruitment reservations returns root sales secretary security service services shop store
    subscribe support team tech unsubscribe warehouse webmaster welcome

    anfrage anfragen bestellung bestellungen bewerbung buchhaltung buero büro datenschutz einkauf
    empfang hallo kanzlei karriere kontakt kundendienst kundenservice post poststelle praxis
    presse rechnung rechnungen redaktion sekretariat service-center verkauf versand vertrieb
    verwaltung zentrale

    accueil achat achats administratif agence boutique bonjour bureau candidature commande commandes
    commercial commerciale communication compta comptabilite comptabilité direction facturation
    factures formation gestion magasin mairie rh recrutement renseignements secretariat secrétariat
    serviceclient technique ventes

    administracion administración almacen atencion atencionalcliente cobros compras comunicacion
    consultas contabilidad contacto correo direccion facturacion facturación gerencia hola
    informacion información oficina pedidos recepcion recepción reservas rrhh secretaria secretaría
    servicio soporte tienda ventas

    administracao administração atendimento comercial compra contato contabilidade diretoria
    escritorio escritório faturamento financeiro geral recepcao recepção sac secretariado
    suporte vendas

    acquisti amministrazione assistenza commerciale contabilita contatti contatto direzione
    fatturazione informazioni negozio ordini prenotazioni segreteria servizioclienti ufficio vendite
    ufficiostampa

    administracja biuro dzialhandlowy faktury handlowy kadry ksiegowosc księgowość marketingowy
    obsluga obsługa poczta praca reklamacje rekrutacja rezerwacje serwis sklep sprzedaz sprzedaż
    zamowienia zamówienia zapytania

    administratie balie bestelling bestellingen boekhouding facturen inkoop kantoor klantenservice
    receptie sollicitatie verkoop winkel

    asiakaspalvelu bestilling bokforing bokföring butik ekonomi faktura firmapost hej kansli
    kundeservice kundservice kundtjanst kundtjänst laskutus myynti ordre order
    post-mottak postmottak receptionen salg salj sälj toimisto tilaukset

    iroda kapcsolat kancelar kancelář obchod objednavky objednávky podatelna predaj predajna prodej
    prodaja recepce recepcia sekretariát szamlazas titkarsag uctarna ügyfélszolgálat uzletkotes
    vanzari comenzi contabilitate birou secretariat-general poslovnica racunovodstvo

    bilgi destek iletisim iletişim insankaynaklari muhasebe satis satış siparis sipariş
    buhgalteria otdel-prodazh prodazhi priemnaya zakaz zakupki инфо офис почта приемная продажи
    бухгалтерия поддержка заказ kontora pardavimai muuk myyntipalvelu
    eigyo jinji soumu toiawase madoguchi kefu xiaoshou shichang
"""
ROLE_NAMES = frozenset(_ROLE_NAMES.split())

# Legal forms, as they read once dots and spaces between single letters are gone.
_LEGAL_FORMS = """
    ab ag aps as asa bv bvba co company corp corporation cv doo eg eirl gbr gesmbh gmbh inc
    incorporated kft kg kgaa kk limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pte pty pvt
    sa sab sarl sas se sl slu snc spa spolka spzoo srl sro ug zrt
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())

COMPANY_KEY_MAX = 420
# A beginning of so few letters is nobody's name.
_SHORT = 3

_EMAIL_KIND = {
    DomainKind.COMPANY: EmailKind.WORK,
    DomainKind.FREE: EmailKind.FREE,
    DomainKind.DISPOSABLE: EmailKind.DISPOSABLE,
}


def email_identity(address: str) -> tuple[str, str]:
    """The kind of a mail address and its identity; a role address has none.

    One mailbox is one identity however it is written: case, width and accents of letters, and an
    international domain as itself or as the network spells it. Dots and tags tell mailboxes apart.
    """
    lowered = one_form(address)
    local, _, domain = lowered.rpartition("@")
    if is_role(local):
        return EmailKind.ROLE, ""
    return _EMAIL_KIND[mail_kind(domain)], lowered


def is_role(local: str) -> bool:
    """Whether what stands before the @ names a team: "info", "biuro", "sales+fair", "info2"."""
    name = local.lower().partition("+")[0]
    return name in ROLE_NAMES or name.rstrip("0123456789._-") in ROLE_NAMES


def work_domain(address: str) -> str:
    """The company's domain a mail address shows; blank for private mailboxes."""
    domain = one_form(address.rpartition("@")[2])
    if not domain or mail_kind(domain) is not DomainKind.COMPANY:
        return ""
    return registrable_domain(domain)


@lru_cache(maxsize=8192)
def company_key(name: str) -> str:
    """A company's name without its legal form: "ACME GmbH & Co. KG" is "acme"."""
    words: list[str] = []
    single = False
    for token in key(name).split():
        if not token[0].isalnum():
            continue
        # "S. A. S." and "SAS" are one form.
        if len(token) == 1 and single:
            words[-1] += token
        else:
            words.append(token)
        single = len(token) == 1
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return (" ".join(words) or key(name).strip())[:COMPANY_KEY_MAX].strip()


@lru_cache(maxsize=8192)
def alike(name: str, domain: str) -> bool:
    """Whether a company of this name may have this domain: "Acme GmbH" has acme.com, and
    "International Business Machines" ibm.com."""
    words = [re.sub(r"\W|_", "", word) for word in company_key(name).split()]
    words = [word for word in words if word]
    label = re.sub(r"\W|_", "", company_key(domain.partition(".")[0]))
    if not words or not label:
        return False
    whole = "".join(words)
    begins = [word for word in (words[0], whole) if len(word) > _SHORT]
    if whole == label or any(map(label.startswith, begins)):
        return True
    return (
        len(label) > _SHORT
        and (label in words or whole.startswith(label))
        or (len(label) > 1 and "".join(word[0] for word in words) == label)
    )


_POINT_NOUGHT = re.compile(r"^(\+?\d{7,15})\.0$")


@lru_cache(maxsize=8192)
def international_phone(typed: str, country: str) -> str:
    """E.164 where number and country allow it, else the number as it was typed.

    Without a country 00 stands for the plus, as in most of the world. What Meta ("p:") and
    spreadsheets (".0") make of a number is no part of it.
    """
    if whole := plain_e164(typed):
        return whole
    digits = _POINT_NOUGHT.sub(r"\1", typed.removeprefix("p:"))
    if not country and digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not country and not digits.startswith("+"):
        return typed
    try:
        number = _parsed(digits, country)
    except NumberParseException:
        return typed
    if not phonenumbers.is_possible_number(number):
        return typed
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}"[:40] if number.extension else e164


def _parsed(digits: str, country: str) -> PhoneNumber:
    number = phonenumbers.parse(digits, country or None)
    if not digits.startswith(str(number.country_code)):
        return number
    # The code of the country itself stands first: a spreadsheet took the plus for that of a sum.
    # Numbers at home begin with a nought where there is one to dial.
    abroad = phonenumbers.parse(f"+{digits}", None)
    begins_at_home = not ndd_prefix_for_region(country, True)
    if begins_at_home and phonenumbers.is_valid_number(number):
        return number
    return abroad if phonenumbers.is_valid_number_for_region(abroad, country) else number

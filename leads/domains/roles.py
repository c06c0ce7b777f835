"""Names before the @ that are a team's: by the list kept here, and what managers said of them."""

from leadportal.db import prepared
from leadportal.db.held import Held

_SAID = "SELECT word, is_role FROM leads_roleword"

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


def _read() -> dict[str, bool]:
    return dict(prepared.fetch(_SAID, {}))


# By name: whether a manager says that it is a team's.
said: Held[dict[str, bool]] = Held(_read, {})


def is_role(local: str) -> bool:
    """Whether what stands before the @ names a team: "info", "biuro", "sales+fair", "info2"."""
    name = local.lower().partition("+")[0]
    bare = name.rstrip("0123456789._-")
    by_hand = said.now()
    if by_hand and (word := next((one for one in (name, bare) if one in by_hand), None)):
        return by_hand[word]
    return name in ROLE_NAMES or bare in ROLE_NAMES

"""Whose a domain is, by the lists and by what managers say."""

import pytest
from django.urls import reverse

from accounts.models import SettingChange
from leads.domains import keeping, lists, roles
from leads.ingest.leads import ingest_leads
from leads.matching import email_identity
from leads.models import Domain, DomainKind, Lead, RoleWord
from tests import factories

_LARGE = """
    gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.fr
    live.com msn.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.de yahoo.fr ymail.com aol.com
    gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de mail.de posteo.de mailbox.org
    qq.com foxmail.com 163.com 126.com yeah.net sina.com sohu.com 139.com 189.cn aliyun.com
    mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru
    proton.me protonmail.com pm.me icloud.com me.com mac.com tutanota.com tuta.com fastmail.com
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it tiscali.it
    alice.it tin.it wp.pl o2.pl onet.pl interia.pl op.pl gazeta.pl seznam.cz email.cz centrum.cz
    post.cz azet.sk zoznam.sk ziggo.nl planet.nl hetnet.nl telenet.be skynet.be bluewin.ch
    terra.es telefonica.net uol.com.br bol.com.br terra.com.br ig.com.br naver.com daum.net
    hanmail.net nate.com rediffmail.com zoho.com comcast.net verizon.net att.net sbcglobal.net
    cox.net bellsouth.net charter.net btinternet.com virginmedia.com sky.com ntlworld.com
    talktalk.net telia.com online.no spray.se abv.bg ukr.net i.ua freemail.hu citromail.hu
    mail.com docomo.ne.jp ezweb.ne.jp bigpond.com optusnet.com.au xtra.co.nz shaw.ca rogers.com
    sapo.pt walla.co.il duck.com inbox.lv gmx.co.uk
"""


@pytest.mark.parametrize("domain", _LARGE.split())
def test_a_large_mail_service_is_nobodys_company_and_nothing_to_throw_away(domain):
    assert email_identity(f"ana@{domain}")[0] == "free"
    assert lists.site_domain(domain) == ""


@pytest.mark.parametrize(
    "domain", ["gmial.com", "gmai.com", "hotmial.com", "gmail.con", "yaho.com"]
)
def test_one_letter_off_a_large_one_is_a_hurried_hand(domain):
    assert lists.mail_kind(domain) is DomainKind.FREE


@pytest.mark.parametrize("domain", ["mailinator.com", "guerrillamail.com", "yopmail.com"])
def test_what_is_thrown_away_is_known(domain):
    assert lists.mail_kind(domain) is DomainKind.DISPOSABLE


@pytest.mark.parametrize("domain", ["cloud.com", "ibm.com", "brightwater.example"])
def test_a_company_is_a_company(domain):
    assert lists.mail_kind(domain) is DomainKind.COMPANY


@pytest.mark.django_db
def test_what_a_manager_says_counts_for_leads_that_are_there_and_that_come():
    manager, website = factories.sales_manager(), factories.integration()
    ingest_leads([{"email": "a@mailbox.example"}, {"email": "b@x.example"}], integration=website)
    factories.nothing_due()

    keeping.say("mailbox.example", DomainKind.FREE, manager)
    ingest_leads([{"email": "c@eu.mailbox.example"}], integration=website)

    kinds = dict(Lead.objects.values_list("email", "email_kind"))
    assert kinds == {
        "a@mailbox.example": "free",
        "b@x.example": "work",
        "c@eu.mailbox.example": "free",
    }
    assert Lead.objects.get(email="c@eu.mailbox.example").company is None
    assert Lead.objects.get(email="a@mailbox.example").pk in factories.due()
    assert SettingChange.objects.filter(setting="domains").count() == 1

    keeping.forget(Domain.objects.get(), manager)
    assert Lead.objects.get(email="a@mailbox.example").email_kind == "work"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("domain", "kind", "site"),
    [
        ("gmx.de", DomainKind.COMPANY, "gmx.de"),
        ("booking.com", DomainKind.COMPANY, "booking.com"),
        ("pages.example", DomainKind.SHARED, ""),
        ("mailbox.example", DomainKind.FREE, ""),
    ],
)
def test_what_a_manager_says_of_a_site_comes_before_the_lists(domain, kind, site):
    keeping.say(domain, kind, factories.sales_manager())

    assert lists.site_domain(f"https://www.{domain}/about") == site


@pytest.mark.django_db
def test_another_process_reads_what_was_said(django_assert_max_num_queries):
    keeping.say("mailbox.example", DomainKind.FREE, factories.sales_manager())
    lists.said.remember({}, for_long=True)
    assert lists.mail_kind("mailbox.example") is DomainKind.COMPANY

    lists.said.forget()
    # Prepared, then asked once.
    with django_assert_max_num_queries(2):
        assert lists.mail_kind("mailbox.example") is DomainKind.FREE
        assert lists.mail_kind("other.example") is DomainKind.COMPANY


@pytest.mark.django_db
def test_a_manager_keeps_the_list_in_the_settings(client):
    client.force_login(factories.sales_manager())
    new = reverse("domain-new")

    for nothing in ("nothing", "foo..bar.example", f"{'x' * 64}.example"):
        assert client.post(new, {"domain": nothing, "kind": "free"}).status_code == 422
    answer = client.post(new, {"domain": "https://www.Mailbox.example/", "kind": "free"})
    assert answer.url == reverse("domains")
    page = client.get(reverse("domains"), {"q": "ana.mailbox.example"}).content.decode()
    assert "ana.mailbox.example: for mail mailboxes for anybody" in page

    row = Domain.objects.get()
    assert row.domain == "mailbox.example"
    # Said twice is said once.
    again = client.post(new, {"domain": "mailbox.example", "kind": "free"})
    assert again.url == reverse("domains")
    assert SettingChange.objects.filter(setting="domains").count() == 1
    assert client.get(reverse("domain-forget", args=[row.pk])).status_code == 302
    client.post(reverse("domain-forget", args=[row.pk]))
    assert not Domain.objects.exists()
    # Who comes second finds it done.
    assert client.post(reverse("domain-forget", args=[row.pk])).url == reverse("domains")


@pytest.mark.django_db
def test_a_marketer_reads_no_settings_and_says_nothing(client):
    client.force_login(factories.marketer())

    assert client.get(reverse("domains")).status_code == 403
    assert client.post(reverse("domain-new"), {"domain": "x.example"}).status_code == 403


# --- names before the @ ------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_name_that_is_a_teams_identifies_nobody_before_and_after():
    manager, website = factories.sales_manager(), factories.integration()
    ingest_leads(
        [{"email": "Kontor2@x.example"}, {"email": "kontora@x.example"}], integration=website
    )
    factories.nothing_due()

    keeping.say_of_word("kontor", manager, is_role=True)
    (again,) = ingest_leads([{"email": "kontor+fair@x.example"}], integration=website)

    kinds = dict(Lead.objects.values_list("email", "email_kind"))
    assert kinds == {
        "Kontor2@x.example": "role",
        "kontora@x.example": "role" if email_identity("kontora@x.example")[0] == "role" else "work",
        "kontor+fair@x.example": "role",
    }
    team = Lead.objects.get(email="Kontor2@x.example")
    assert team.email_key == "" and team.pk in factories.due()
    assert Lead.objects.get(pk=again.lead_id).email_key == ""
    assert SettingChange.objects.get(setting="role_words").new == "kontor@: a team’s mailbox"

    keeping.forget_word(RoleWord.objects.get(), manager)
    assert Lead.objects.get(pk=team.pk).email_key == "kontor2@x.example"


@pytest.mark.django_db
def test_somebodys_own_name_is_an_identity_and_one_address_is_one_persons():
    manager, website = factories.sales_manager(), factories.integration()
    sent = {"email": "biuro@x.example"}
    ingest_leads([sent | {"first_name": "Ola"}], integration=website)
    ingest_leads([sent | {"first_name": "Jan"}], integration=website)
    assert Lead.objects.filter(email_kind="role").count() == 2

    keeping.say_of_word("biuro", manager, is_role=False)

    known = Lead.objects.order_by("pk").values_list("email_kind", "email_key")
    assert list(known) == [("work", "biuro@x.example"), ("role", "")]
    assert ingest_leads([sent], integration=website)[0].lead_id == Lead.objects.earliest("pk").pk


@pytest.mark.django_db
def test_a_manager_keeps_the_names_in_the_settings(client):
    client.force_login(factories.sales_manager())
    new = reverse("role-word-new")

    assert client.post(new, {"word": "two words", "kind": "team"}).status_code == 422
    answer = client.post(new, {"word": "Büró@x.example", "kind": "team"})
    assert answer.url == reverse("role-words")
    page = client.get(reverse("role-words"), {"q": "büró7@y.example"}).content.decode()
    assert "büró7@: a team’s mailbox" in page
    assert "info@: a team’s" in client.get(reverse("role-words"), {"q": "info"}).content.decode()

    row = RoleWord.objects.get()
    assert row.word == "büró"
    assert client.get(reverse("role-word-forget", args=[row.pk])).status_code == 302
    client.post(reverse("role-word-forget", args=[row.pk]))
    assert not RoleWord.objects.exists()


@pytest.mark.django_db
def test_another_process_reads_the_names_once(django_assert_max_num_queries):
    keeping.say_of_word("kontor", factories.sales_manager(), is_role=True)
    roles.said.remember({}, for_long=True)
    assert not roles.is_role("kontor")

    roles.said.forget()
    # Prepared, then asked once.
    with django_assert_max_num_queries(2):
        assert roles.is_role("kontor")
        assert not roles.is_role("ana")

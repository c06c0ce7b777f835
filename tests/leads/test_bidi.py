"""What people typed runs in its own direction, and long words break, on every page."""

import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from funnel.models import CriteriaVersion
from funnel.stages import Stage
from leads.by_hand import points
from leads.editing import editing
from leads.handoffs import claims, touches, verdicts
from leads.models import (
    Company,
    Delivery,
    Domain,
    DomainKind,
    Handoff,
    Inlet,
    Judgement,
    Lead,
    Source,
)
from tests import factories

ARABIC = "مها الزهراني"
LONG = ("Wolfeschlegelstein" * 5)[:80]
# Names what stands out at the right, for the message of a failure.
TOO_WIDE = """[...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)"""
ARABIC_LETTER = re.compile("[\u0600-\u06ff]")
ISOLATED = re.compile("\u2068[^\u2069]*\u2069")
# A letter or a number that is not of a name.
OURS = re.compile("[A-Za-z0-9]")
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "use"}
# The browser's own, and what is no part of the page's text.
APART = {"title", "option", "textarea", "script"}


def seed(name: str) -> tuple[User, Handoff, Handoff]:
    """A manager who sees all, a handoff that waits and one that is held, all named so."""
    rep = factories.rep(name)
    manager = factories.person("sales_manager", "marketing_manager", "admin", name=name)
    held = factories.claimed(rep)
    now = timezone.now()
    touches.log_touch(held, rep, channel="call", result="talked", note=f"{name}\n{name}")
    points.adjust(held.lead, manager, kind="fit", points=5, reason=name)
    factories.rejected(rep)
    factories.event(held.lead, properties={"message": f"{name}\n{name}"})
    waiting = factories.handoff(opened_at=now - timedelta(minutes=5))
    given = factories.claimed(rep)
    claims.release(given, rep, reason=name)
    Lead.objects.update(first_name=name, last_name=name, job_title=name, city=name)
    Company.objects.update(name=name, industry=name)
    Source.objects.update(name=name)
    CriteriaVersion.objects.update(note=name)
    return manager, waiting, held


def pages(waiting: Handoff, held: Handoff) -> list[str]:
    return [
        "/queue",
        "/leads",
        f"/leads/{waiting.lead_id}",
        f"/leads/{held.lead_id}?from=leads",
        "/rejections",
        "/rejections/evidence",
        "/criteria",
        "/overview",
        "/quality",
        "/settings",
        "/settings/keys",
    ]


def stories() -> tuple[User, User, list[str]]:
    """A manager, a rep, and what happened to leads of theirs, all named in Arabic; its pages."""
    manager, waiting, held = seed(ARABIC)
    rep = held.claimed_by
    assert rep is not None
    ours = {"reason": factories.reason(ARABIC), "note": ARABIC}
    rejected = factories.rejected(rep, **ours)
    dispute = factories.disputed(rep, arbiter=manager, **ours)
    wait = factories.nurtured(rep)
    won = factories.claimed(rep)
    factories.bant(won.lead, rep)
    verdicts.accept(won, rep)
    verdicts.advance(won.lead, rep, to=Stage.WON, amount=9000, competitor=ARABIC)
    factories.bant(held.lead, rep, known=1)
    editing.edit(held.lead, {"city": "Malmö", "estimated_value": "9000"}, manager)
    # On the overview, among what needs somebody.
    Handoff.objects.filter(pk=factories.claimed(rep).pk).update(touch_due_at=timezone.now())
    Lead.objects.update(first_name=ARABIC, last_name="", job_title=ARABIC, city=ARABIC)
    User.objects.update(name=ARABIC)
    Company.objects.update(name=ARABIC)
    leads = [one.lead_id for one in (waiting, held, rejected, dispute.handoff, wait, won)]
    return (
        manager,
        rep,
        [
            *pages(waiting, held),
            *(f"/leads/{pk}" for pk in leads),
            f"/leads/{held.lead_id}/edit",
            f"/leads/{held.lead_id}/override",
            f"/leads/{held.lead_id}/adjust",
            f"/leads/{held.lead_id}/disqualify",
            *(f"/rejections?state={state}" for state in ("open", "mine", "disputed", "all")),
            f"/rejections/{rejected.pk}",
            f"/rejections/{dispute.handoff_id}",
            f"/rejections/{rejected.pk}/nurture",
            f"/rejections/{rejected.pk}/dispute",
            f"/rejections/{dispute.handoff_id}/decide",
            "/quality/leads?what=rejected",
            "/nurture",
            f"/nurture/{wait.pk}/terms",
            f"/nurture/{wait.pk}/back",
            f"/search?q={ARABIC[:5]}",
        ],
    )


def worked(rep: User) -> list[str]:
    """The pages of a rep's day."""
    waiting = factories.handoff()
    held = factories.claimed(rep)
    accepted = factories.claimed(rep)
    factories.bant(accepted.lead, rep)
    verdicts.accept(accepted, rep)
    planned = factories.follow_up(rep, note=ARABIC)
    Lead.objects.update(first_name=ARABIC, last_name="", job_title=ARABIC)
    return [
        "/queue",
        f"/handoffs/{waiting.pk}",
        "/leads/mine",
        "/followups",
        "/me/results?period=year",
        "/me/results/leads?what=claimed&period=year",
        f"/leads/{waiting.lead_id}",
        f"/leads/{held.lead_id}",
        *(f"/handoffs/{held.pk}/{verb}" for verb in ("touch", "accept", "reject", "release")),
        f"/leads/{held.lead_id}/note",
        f"/leads/{held.lead_id}/follow-up",
        *(f"/leads/{accepted.lead_id}/{verb}" for verb in ("won", "lost")),
        f"/followups/{planned.pk}/snooze",
    ]


class Sentences(HTMLParser):
    """Collects sentences of ours that a name in Arabic letters turns round, or is loose in."""

    def __init__(self) -> None:
        super().__init__()
        # Of each open element: its tag, whether it takes its direction from its words, its text.
        self.open: list[tuple[str, bool, list[str]]] = [("", False, [])]
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append((tag, tag == "bdi" or ("dir", "auto") in attrs, []))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1:
            name, apart, texts = self.open.pop()
            text = " ".join("".join(texts).split())
            if apart and name not in APART and ARABIC_LETTER.search(text) and OURS.search(text):
                self.wrong.append(f"turned round: {text}")
            elif not apart:
                self.open[-1][2].extend(texts)
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        self.open[-1][2].append(data)
        tag, apart, _ = self.open[-1]
        loose = ISOLATED.sub("", data)
        inside = any(apart for _, apart, _ in self.open)
        # Initials stand alone in their circle.
        if len(ARABIC_LETTER.findall(loose)) > 4 and not inside and tag not in APART:
            self.wrong.append(f"loose: {' '.join(data.split())}")


def wrong_in(html: str) -> list[str]:
    parser = Sentences()
    parser.feed(html)
    return parser.wrong


@pytest.mark.django_db
def test_a_sentence_of_ours_keeps_its_direction_around_a_name():
    person, rep, told = stories()
    client = Client()
    found: dict[str, list[str]] = {}

    for who, urls in ((person, told), (rep, worked(rep))):
        client.force_login(who)
        for url in urls:
            page = client.get(url, follow=True)
            assert page.status_code == 200, url
            found[url] = wrong_in(page.content.decode())

    given = rep.handoffs.filter(state="claimed").first()
    assert given
    toast = client.post(f"/handoffs/{given.pk}/release", {"reason": ARABIC}, follow=True)
    found["toast"] = wrong_in(toast.content.decode())

    assert "is back in the queue" in toast.content.decode()
    assert {url: wrong for url, wrong in found.items() if wrong} == {}


@pytest.mark.django_db
def test_fields_for_words_run_in_the_direction_of_the_words(client: Client):
    rep = factories.rep()
    client.force_login(rep)

    html = client.get(f"/handoffs/{factories.claimed(rep).pk}/touch").content.decode()

    assert 'dir="auto"' in html.split("<textarea")[1].split(">")[0]


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_a_long_word_and_a_narrow_screen_leave_the_page_its_width(
    sign_in: Callable[..., Page], live_portal: object, width: int
) -> None:
    manager, waiting, held = seed(LONG)
    page = sign_in(manager, width=width)

    for url in pages(waiting, held):
        page.goto(url)

        too_wide = page.evaluate(TOO_WIDE)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, too_wide)


def kept_pages(manager: User) -> list[str]:
    """What people and systems keep beside leads, each with long words, and its pages."""
    website = factories.integration(LONG)
    company, other = (
        factories.company(f"{n} {LONG}", domain=f"{n}.{LONG[:60]}.example") for n in "ab"
    )
    lead = factories.lead(
        LONG, company=company, email=f"{LONG[:60]}@{LONG[:60]}.example", attributes={LONG: "yes"}
    )
    pair = factories.duplicate(lead, factories.lead(LONG, email=f"{LONG[:60]}@x.example"))
    Judgement.objects.filter(lead=lead).update(parked_error=LONG, rescore_at=None)
    factories.source(LONG)
    Domain.objects.create(domain=f"{LONG[:60]}.example", kind=DomainKind.COMPANY, by=manager)
    inlet = Inlet.objects.create(name=LONG, system="json", token="t", integration=website)
    failed = {"state": "failed", "reason": LONG, "due_at": None}
    for _ in range(12):
        Delivery.objects.create(inlet=inlet, body=b"{}", lead=lead, **failed)
    return [
        "/leads/duplicates",
        f"/leads/duplicates/{pair.pk}",
        "/leads/parked",
        f"/leads/{lead.pk}",
        f"/leads?source={LONG}&country=SE",
        "/companies",
        f"/companies/{company.pk}",
        f"/companies/{company.pk}/merge?with={other.pk}",
        "/settings/domains",
        "/settings/sources",
        "/settings/inbound",
        f"/settings/inbound/{inlet.pk}",
    ]


@pytest.mark.browser
def test_what_is_kept_beside_leads_fits_a_narrow_screen(sign_in: Callable[..., Page]):
    manager = factories.person("sales_manager", "marketing_manager", "admin")
    page = sign_in(manager, width=320)

    for url in kept_pages(manager):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, (
            url,
            page.evaluate(TOO_WIDE),
        )


@pytest.mark.parametrize("url", ["/queue", "/leads"])
def test_an_arabic_name_stands_where_the_others_stand(
    sign_in: Callable[..., Page], live_portal: object, url: str
) -> None:
    rep = factories.rep()
    factories.handoff(factories.lead("Maya Lindqvist", stage="sql", fit=40, intent=40))
    factories.handoff(factories.lead(ARABIC, stage="sql", fit=40, intent=40))
    page = sign_in(rep)
    page.goto(url)

    left = [
        page.get_by_role("link", name=name).first.evaluate(
            """(link) => {
                const range = document.createRange();
                range.selectNodeContents(link);
                return range.getBoundingClientRect().left;
            }"""
        )
        for name in ("Maya Lindqvist", ARABIC)
    ]

    assert abs(left[0] - left[1]) < 1


def test_lines_of_a_note_and_a_message_stay_lines(
    sign_in: Callable[..., Page], live_portal: object
) -> None:
    manager, _, held = seed("Maya")
    page = sign_in(manager)
    page.goto(f"/leads/{held.lead_id}")

    notes = page.locator("#timeline .note")

    expect(notes.first).to_be_visible()
    in_two_lines = [text for text in notes.all_inner_texts() if len(text.splitlines()) == 2]
    assert len(in_two_lines) == 2  # the note of a touch, and the message of an event


def test_each_line_of_a_note_runs_in_its_own_direction(
    sign_in: Callable[..., Page], live_portal: object
) -> None:
    rep = factories.rep()
    held = factories.claimed(rep)
    touches.log_touch(held, rep, channel="call", result="talked", note=f"{ARABIC}.\nMaya.")
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")

    # Where the full stop of each line stands: at its left in Arabic, at its right in English.
    stops = page.locator("#timeline .note").first.evaluate(
        """(note) => {
            const text = note.firstChild, range = document.createRange();
            const lines = [], all = text.data;
            for (let at = all.indexOf("."); at > 0; at = all.indexOf(".", at + 1)) {
                range.setStart(text, at), range.setEnd(text, at + 1);
                const stop = range.getBoundingClientRect().left;
                range.setStart(text, at - 2), range.setEnd(text, at - 1);
                lines.push(stop > range.getBoundingClientRect().left);
            }
            return lines;
        }"""
    )

    assert stops == [False, True]

"""Whatever somebody stored, no page runs it and no mail takes a header from it."""

import io
import json

import pytest
from django.urls import reverse

from accounts.keys import keys
from accounts.models import Portal, Scope
from accounts.roles import Role
from funnel.models import Queue, QueueMember, Reason
from funnel.versions import current
from leads.handoffs import claims, touches, verdicts
from leads.imports import imports, job
from leads.imports.imports import Terms
from leads.inbound import deliveries, inlets
from leads.inbound import job as reading
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging.due import drain
from leads.models import Handoff
from leads.preferences import links
from leads.web_forms import web_forms
from tests import factories
from tests.browser import open_whole
from tests.mails import delivered

PAYLOADS = [
    "<script>ran()</script>",
    "<img src=x onerror=ran()>",
    "<svg onload=ran()>",
    "\"><script>ran()</script><b x='",
    "' autofocus onfocus=ran() x='",
    "</title></script></style></textarea><script>ran()</script>",
    "javascript:ran()",
    "{{ request.user.password }}{% debug %}",
    "<b hx-get=/leads hx-trigger=load data-key=c>",
    "${ran()}`+ran()+`",
    "<!--<img src='--><img src=x onerror=ran()>//",
    "\u202e<iframe srcdoc='<script>parent.ran()</script>'>",
]
ALL = " ".join(PAYLOADS)
TAKEN_AS_MARKUP = "iframe, img[src=x], main script, [onerror], [onload], [onfocus]"
PAGES = [
    "/queue",
    "/queue?q={payload}",
    "/queue?source={payload}",
    "/leads",
    "/leads?search={payload}&source={payload}&campaign={payload}&company={payload}&owner={payload}",
    "/leads?stage=lost&country={payload}&queue={payload}",
    "/leads/{lead}",
    "/leads/{waiting}",
    "/leads/{lost}",
    "/handoffs/{handoff}/touch",
    "/handoffs/{handoff}/release",
    "/imports",
    "/imports/{import}/columns",
    "/imports/{imported}",
    "/imports/{imported}/undo",
    "/settings/inbound",
    "/settings/inbound/{inlet}",
    "/settings/inbound/{inlet}/values",
    "/settings/inbound/{inlet}/edit",
    "/settings/deliveries/{delivery}",
    "/settings/forms",
    "/settings/forms/{form}",
    "/settings/forms/{form}/edit",
    "/settings/forms/{form}/consent?purpose={payload}",
    "/leads/{lead}/consent",
    "/p/{preferences}",
    "/p/{preferences}?said={payload}",
    "/f/odd?utm_source={payload}",
    "/f/odd/thanks",
    "/quality",
    "/overview",
    "/criteria",
    "/criteria/standing",
    "/settings",
    "/settings/values",
    "/settings/keys",
    "/settings/keys/new",
    "/settings/keys/{key}/delete",
    "/account/mfa/",
    "/account/password/change/",
    "/nothing/{payload}",
]


def lead_input(number: int) -> dict[str, object]:
    return {
        "external_id": f"{PAYLOADS[number % len(PAYLOADS)][:40]}-{number}",
        "email": f"payload-{number}@work.example",
        "first_name": ALL[:100],
        "last_name": PAYLOADS[number % len(PAYLOADS)],
        "phone": PAYLOADS[1],
        "job_title": f"VP {PAYLOADS[0]} {PAYLOADS[1]}",
        "company": {"name": ALL[:200], "industry": ALL[:120], "employees": 600},
        # Kept as it came.
        "country": PAYLOADS[number % len(PAYLOADS)],
        "city": ALL[:100],
        "source": PAYLOADS[number % len(PAYLOADS)],
        "campaign": ALL[:120],
        "attributes": {"free": ALL, "purchase_timeline": "now"},
        "consent": {"marketing": {"given": True, "text": ALL, "channel": PAYLOADS[1]}},
    }


def quoted(text: str) -> str:
    return text.replace('"', '""')


@pytest.fixture
def world(live_portal, db) -> dict[str, object]:
    """Every payload in every text that somebody outside or inside may fill."""
    Portal.objects.update(company_name=ALL[:120], sells_to=["SE"])
    queue = Queue.default()
    Queue.objects.filter(pk=queue.pk).update(name=PAYLOADS[1])
    integration = factories.integration(PAYLOADS[0])
    key, _ = keys.create(integration, scopes=[Scope.LEADS_WRITE], name=PAYLOADS[1], source=ALL[:80])
    content = current.live().content
    for rule in content["rules"]:
        rule["label"] = f"{PAYLOADS[1]} {rule['label']}"[:80]
    factories.switched_on(content)
    chief = factories.person(*Role, name=ALL[:120])
    QueueMember.objects.create(queue=queue, user=chief)
    ingest_leads([lead_input(number) for number in range(14)], integration=integration)
    about = [
        {
            "type": kind,
            "lead": {"email": f"payload-{number}@work.example"},
            "properties": {"path": PAYLOADS[1], "title": ALL, "form": PAYLOADS[0], ALL[:50]: ALL},
        }
        for number in range(14)
        for kind in ("demo_request", "page_view", "form_sent", "download", "chat", "x.unknown")
    ]
    ingest_events(about, integration=integration)
    drain()
    held, lost, *waiting = Handoff.objects.order_by("pk")
    claims.claim(held, chief)
    touches.log_touch(held, chief, channel="call", result="talked", note=ALL)
    claims.claim(lost, chief)
    claims.release(lost, chief, reason=ALL[:300])
    claims.claim(lost, chief)
    reason = Reason.objects.create(label=PAYLOADS[1], family=Reason.Family.PROFILE)
    verdicts.reject(lost, chief, reason=reason, note=ALL)
    head, cells = f'"{quoted(ALL[:120])}",Email', f'"{quoted(ALL)}",no address'
    file = f"{head}\n{cells}\n".encode()
    fresh, checked = (imports.begin(chief, PAYLOADS[1], io.BytesIO(file)) for _ in range(2))
    imports.choose(checked, chief, ["detail", "email"], Terms(system=PAYLOADS[0]))
    job.drain()
    inlet = inlets.create(chief, system="json", name=ALL[:80], source=PAYLOADS[1])
    sent = {payload: payload for payload in PAYLOADS} | {"email": f"{PAYLOADS[1]}@x.example"}
    delivery = deliveries.receive(inlet, json.dumps(sent).encode(), f"application/json; {ALL}", {})
    reading.drain()
    form = web_forms.create(chief, name=ALL[:80], slug="odd")
    web_forms.change(form, chief, title=ALL[:120], intro=ALL, thanks=ALL, is_pasted=True)
    web_forms.put_field(form, chief, target="phone", label=PAYLOADS[5], help=ALL[:200])
    web_forms.ask_consent(form, chief, purpose="marketing", text=ALL)
    return {
        "inlet": inlet.pk,
        "delivery": delivery.pk,
        "form": form.pk,
        "import": fresh.pk,
        "imported": checked.pk,
        "chief": chief,
        "lead": held.lead_id,
        "lost": lost.lead_id,
        "waiting": waiting[0].lead_id,
        "handoff": held.pk,
        "key": key.pk,
        "preferences": links.token(held.lead, held.opened_at),
        "payload": "%22%3E%3Cscript%3Eran()%3C%2Fscript%3E",
    }


def test_nothing_stored_runs_on_any_page(world, sign_in):
    page = sign_in(world["chief"])
    ran = []
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    page.expose_function("ran", lambda: ran.append(page.url))

    for path in PAGES:
        open_whole(page, path.format(**world))
        assert page.locator(TAKEN_AS_MARKUP).count() == 0, path
        assert "pbkdf2" not in page.content(), path

    assert not ran
    # They were there, as text.
    page.goto("/leads/{lead}".format(**world))
    assert PAYLOADS[1] in page.inner_text("main")


@pytest.mark.django_db
def test_a_name_with_a_line_break_makes_no_header_of_a_mail(client):
    person = factories.person(name="Ada\r\nBcc: all@evil.example <script>ran()</script>")

    client.post(reverse("account_reset_password"), {"email": person.email})

    (message,) = delivered()
    assert message.recipients() == [person.email]
    assert "Bcc" not in message.message()

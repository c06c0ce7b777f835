"""The story the product exists for: from an empty key to a claimed SQL, on real processes."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from leads.models import Handoff
from tests import factories
from tests.processes import Portal, eventually

pytestmark = [pytest.mark.integration, pytest.mark.browser]

VP = {
    "external_id": "form-1",
    "email": "maya@brightwater.example",
    "first_name": "Maya",
    "last_name": "Lindqvist",
    "job_title": "VP Operations",
    "country": "SE",
    "source": "Demo form",
    "company": {"name": "Brightwater Foods", "employees": 610},
    "consent": {"marketing": True},
}


def post(portal: Portal, path: str, body: Any, key: str) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{portal.url}/api/v1{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def key_by_command() -> str:
    out = StringIO()
    call_command(
        "api_key",
        "create",
        "--integration",
        "Website",
        "--scope",
        "leads:write",
        "--scope",
        "events:write",
        "--scope",
        "leads:read",
        stdout=out,
    )
    return out.getvalue().strip()


def test_a_demo_request_becomes_a_claimed_and_touched_sql(
    live_portal: Portal, worker: object, sign_in: Callable[..., Page]
) -> None:
    dana, marcus = factories.rep("Dana Okafor"), factories.rep("Marcus Bell")
    key = key_by_command()
    hers, his = sign_in(dana), sign_in(marcus)
    hers.goto("/queue")
    expect(hers.get_by_role("heading", name="Queue", level=1)).to_be_visible()

    # The form posts the lead, then what she did.
    status, lead = post(live_portal, "/leads", VP, key)
    assert status == 201, lead
    event = {"type": "demo_request", "lead": {"id": lead["id"]}}
    status, answer = post(live_portal, "/events", event, key)
    assert status == 201, answer

    # A moment later she is an SQL with a handoff, and on a fresh load of the queue.
    # How soon is measured by bench/latency.py.
    handoff = eventually(lambda: Handoff.objects.open().filter(lead=lead["id"]).first())
    his.goto("/queue")
    expect(his.get_by_role("link", name="Maya Lindqvist").first).to_be_visible()

    # The page that was open announces her at its next poll, and puts her in when asked.
    news = hers.get_by_role("button", name=re.compile("1 new"))
    expect(news).to_be_visible()
    news.click()
    expect(hers.get_by_role("link", name="Maya Lindqvist").first).to_be_visible()

    # One key claims; the lead opens and explains its score, line by line.
    hers.keyboard.press("c")
    hers.wait_for_url(re.compile(rf"/leads/{lead['id']}\?from=queue$"))
    expect(hers.get_by_role("heading", name="Maya Lindqvist", level=1)).to_be_visible()
    expect(hers.get_by_text("Why this is an SQL")).to_be_visible()
    expect(hers.get_by_text("Asked for a demo").first).to_be_visible()
    shown = hers.locator(".groups .why .pts").all_inner_texts()
    points = [int(text.replace("−", "-").replace("+", "")) for text in shown if text.strip("–? ")]
    total = int(hers.locator(".big-score b").first.inner_text())
    assert sum(points) == total == handoff.total

    # The first touch is logged and stops the clock.
    hers.keyboard.press("t")
    hers.get_by_label("Call").check()
    hers.get_by_label("Talked").check()
    hers.get_by_role("button", name=re.compile("Log|Save")).last.click()
    touched = Handoff.objects.filter(pk=handoff.pk, claimed_by=dana, first_touch_at__isnull=False)
    assert eventually(touched.exists)
    expect(hers.get_by_text("left for first touch")).to_have_count(0)

    # Who comes second is told who was faster, and nothing changes.
    his.keyboard.press("c")
    expect(his.get_by_text(re.compile("Dana Okafor claimed"))).to_be_visible()
    handoff.refresh_from_db()
    assert handoff.claimed_by == dana


def test_the_api_answers_with_the_lines_of_the_score(live_portal: Portal, worker: object) -> None:
    factories.rep()
    key = key_by_command()
    _, lead = post(live_portal, "/leads", VP, key)
    post(live_portal, "/events", {"type": "demo_request", "lead": {"id": lead["id"]}}, key)
    eventually(lambda: Handoff.objects.filter(lead=lead["id"]).exists())

    request = urllib.request.Request(
        f"{live_portal.url}/api/v1/leads/{lead['id']}/explanation",
        headers={"Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        explanation = json.load(answer)

    lines = explanation["lines"]
    assert sum(line["points"] for line in lines) == explanation["total"] == 75
    assert {"kind", "label", "evidence", "points"} <= set(lines[0])

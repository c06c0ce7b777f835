"""The served description is good enough to generate clients from, and these work."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from leads.examples import LEAD_EXAMPLE
from leads.models import Lead
from tests import factories
from tests.api import Api
from tests.processes import Portal

PACKAGE = "portal_client"
CONFIG = {
    "post_hooks": [],
    # The criteria as text: it knows no YAML, and is to take it as it comes.
    "content_type_overrides": {"application/yaml": "application/octet-stream"},
}


@pytest.fixture
def served(live_portal: Portal, tmp_path: Path) -> Path:
    """The description as the product serves it."""
    file = tmp_path / "openapi.json"
    with urlopen(f"{live_portal.url}/api/v1/schema?format=json") as answer:
        file.write_bytes(answer.read())
    return file


def run(*command: Any, within: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=within, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def client(
    served: Path, live_portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Any]:
    """The modules of the generated Python client."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    generator = [sys.executable, "-m", "openapi_python_client", "generate"]
    options = ["--config", "config.json", "--meta", "none", "--fail-on-warning"]
    run(*generator, "--path", served, "--output-path", PACKAGE, *options, within=tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda module: import_module(f"{PACKAGE}.{module}" if module else PACKAGE)
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_a_generated_python_client_posts_a_lead_and_reads_it(
    client: Callable[[str], Any], live_portal: Portal
) -> None:
    known = factories.lead("Known Before", fit=30, intent=20)
    caller = client("").AuthenticatedClient(base_url=live_portal.url, token=Api().plain)
    body = client("models").PostLeadBody.from_dict(LEAD_EXAMPLE)

    posted = client("api.leads.post_lead").sync(client=caller, body=body)
    listed = client("api.leads.list_leads").sync(client=caller, limit=10)
    read = client("api.leads.get_lead").sync(id=known.pk, client=caller)
    since = client("api.leads.list_leads").sync(client=caller, updated_since=known.created_at)

    new = Lead.objects.get(pk=posted.id)
    assert (posted.matched, new.email) == (False, LEAD_EXAMPLE["email"])
    assert (
        {lead.id for lead in listed.results}
        == {lead.id for lead in since.results}
        == {*(known.pk, new.pk)}
    )
    assert (read.first_name, read.score.total, read.company.country) == ("Known", 50, "SE")
    assert read.created_at == known.created_at.replace(
        microsecond=known.created_at.microsecond // 1000 * 1000
    )


def test_a_generated_python_client_reads_a_refusal(
    client: Callable[[str], Any], live_portal: Portal
) -> None:
    caller = client("").AuthenticatedClient(base_url=live_portal.url, token=Api().plain)
    body = client("models").PostLeadBody.from_dict({"first_name": "Nobody"})

    refused = client("api.leads.post_lead").sync(client=caller, body=body)

    assert (refused.status, refused.errors[0].code) == (400, "required")


USE = """
import type { paths } from "./portal";

type Leads = paths["/api/v1/leads"];
type Page = Leads["get"]["responses"]["200"]["content"]["application/json"];
type Sent = NonNullable<Leads["post"]["requestBody"]>["content"]["application/json"];

export const names = (page: Page): (string | null)[] => page.results.map((l) => l.first_name);
export const sent: Sent = EXAMPLE;
// @ts-expect-error: a number is no stage
export const stage: Page["results"][number]["stage"] = 7;
// @ts-expect-error: there is no such field
export const unknown: Sent = { colour: "red" };
"""


def test_generated_typescript_types_hold_what_is_sent_and_answered(
    typescript: Callable[[str], str], served: Path, tmp_path: Path
) -> None:
    run(typescript("openapi-typescript"), served, "--output", "portal.d.ts", within=tmp_path)
    (tmp_path / "use.ts").write_text(USE.replace("EXAMPLE", json.dumps(LEAD_EXAMPLE)))

    run(typescript("tsc"), "--noEmit", "--strict", "portal.d.ts", "use.ts", within=tmp_path)

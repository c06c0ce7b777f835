"""A script of somebody else's page posts to an address, in Chromium."""

import pytest

from leads.inbound import inlets, job
from leads.models import Delivery, Lead
from tests import factories
from tests.outside import answer, served

pytestmark = pytest.mark.browser
POST = """async ([url, sent]) => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Requested-With": "a script" },
    body: JSON.stringify(sent),
  });
  return [answer.status, await answer.json()];
}"""


@pytest.fixture
def elsewhere(open_page):
    """A page of another site."""
    with served() as site:
        site.says = lambda head: answer(
            200, b"<!doctype html><title>x</title>", Content_Type="text/html"
        )
        page = open_page()
        page.goto(site.address)
        yield page


def test_a_script_of_another_site_posts_and_reads_the_answer(elsewhere, live_portal):
    inlet = inlets.create(factories.marketing_manager(), system="json", name="Landing page")
    url = f"{live_portal.url}{inlet.address}"

    status, said = elsewhere.evaluate(POST, [url, {"email": "ana@acme.example"}])

    assert (status, said["state"]) == (202, "received")
    job.drain()
    assert Delivery.objects.get(pk=said["id"]).state == "taken"
    assert Lead.objects.get().email == "ana@acme.example"
    # It reads why not, too.
    status, said = elsewhere.evaluate(POST, [f"{live_portal.url}/in/nobody", {}])
    assert status == 404 and "no such address" in said["error"]


def test_no_other_page_of_ours_is_read_by_it(elsewhere, live_portal):
    for path in ("/healthz", "/api/v1/leads", "/account/login/"):
        with pytest.raises(Exception, match="Failed to fetch"):
            elsewhere.evaluate(
                "async (url) => (await fetch(url)).text()", f"{live_portal.url}{path}"
            )

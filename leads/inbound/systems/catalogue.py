"""Every system that may post to an inlet, each told once: how it is read, proved and set up.

One more is a value of System (leads/models/inbound.py), its reader in this folder, a sample and a
row here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leads.inbound.systems import ads, calendars, lead_apis, mails, ours, proofs, surveys, tools
from leads.inbound.systems.lead_apis import LeadApi
from leads.inbound.systems.proofs import Proof
from leads.inbound.systems.said import Raw, Submission
from leads.models.inbound import System

# What it asks by a GET, the token of the address and the secret; a text or JSON to answer.
Challenge = Callable[[Mapping[str, str], str, str], str | dict[str, str] | None]


@dataclass(frozen=True, kw_only=True)
class Road:
    """One system: `steps` say in plain words what to do there, {url} and {token} filled in."""

    read: Callable[[Raw], list[Submission]]
    steps: tuple[str, ...]
    # What a person did whose lead comes by it, if the system does not say.
    event: str = "form_sent"
    # What the secret is called there; blank where it signs nothing.
    signs_with: str = ""
    # The headers of a signature.
    headers: tuple[str, ...] = ()
    proves: Proof | None = None
    challenge: Challenge | None = None
    # How it is asked for a lead that it posts the id of.
    api: LeadApi | None = None
    # Whether strangers type into it, and programs that look for forms.
    is_open: bool = False
    # Whether its id of what was sent is that of a lead there, by which one may ask for it.
    names_lead: bool = False
    # Whether it sends what it keeps of people, again and again, and not what they just said.
    repeats: bool = False


_MAP = "Send a test from there, then come back here and say what each value is."
ROADS: dict[System, Road] = {
    System.FORM: Road(read=ours.form, is_open=True, steps=("Its page has all there is to do.",)),
    System.HTML: Road(
        read=surveys.html,
        is_open=True,
        steps=(
            'In the HTML of your form write action="{url}" and method="post".',
            "Fields named like email, first_name, company and phone are understood by themselves.",
            _MAP,
        ),
    ),
    System.JSON: Road(
        read=surveys.plain,
        repeats=True,
        steps=(
            "Add a step that sends a POST (“Webhooks” in Zapier, “HTTP Request” in n8n, “HTTP” in "
            "Make) to {url} with the values as JSON.",
            _MAP,
        ),
    ),
    System.GOOGLE: Road(
        read=ads.google,
        names_lead=True,
        signs_with="Key",
        proves=ads.google_key,
        steps=(
            "In Google Ads open the lead form, then “Export leads from Google Ads”, “Other data "
            "integration options”.",
            "Webhook URL: {url}",
            "Key: make up a long word, enter it there and as the key here.",
            "“Send test data” there shows up below and makes no lead.",
        ),
    ),
    System.META: Road(
        read=ads.meta,
        names_lead=True,
        signs_with="App secret",
        headers=("x-hub-signature-256",),
        proves=proofs.signed_body("x-hub-signature-256", prefix="sha256="),
        challenge=ads.meta_challenge,
        steps=(
            "In Meta’s app dashboard choose Webhooks, Page, and subscribe to leadgen.",
            "Callback URL: {url}",
            "Verify token: {token}",
            "Install the app on your page: POST /{{page id}}/subscribed_apps with "
            "subscribed_fields=leadgen and a token of the page.",
            "Meta posts ids of leads only. Save a lasting access token of the page (or of a system "
            "user) with leads_retrieval here, and each lead is fetched; with ads_management its "
            "campaign comes along.",
        ),
        api=lead_apis.META,
    ),
    System.LINKEDIN: Road(
        read=ads.linkedin,
        names_lead=True,
        signs_with="Client secret",
        headers=("x-li-signature",),
        proves=proofs.linkedin,
        challenge=ads.linkedin_challenge,
        steps=(
            "In LinkedIn’s developer portal enter {url} as webhook, once the client secret of your "
            "app is saved here: LinkedIn asks for it at once.",
            "Subscribe it to the leads of your account (leadNotifications of the Lead Sync API).",
            "LinkedIn posts ids of leads only. Save an access token with "
            "r_marketing_leadgen_automation here, and each lead is fetched. It ends after 60 days; "
            "what could not be fetched meanwhile is, once a new one is saved.",
        ),
        api=lead_apis.LINKEDIN,
    ),
    System.TYPEFORM: Road(
        read=surveys.typeform,
        signs_with="Secret",
        headers=("typeform-signature",),
        proves=proofs.typeform,
        steps=(
            "In Typeform open Connect, Webhooks, “Add a webhook”: {url}",
            "Edit it, make up a secret, and save it there and here.",
        ),
    ),
    System.WEBFLOW: Road(
        read=surveys.webflow,
        signs_with="Secret key",
        headers=("x-webflow-signature", "x-webflow-timestamp"),
        proves=proofs.webflow,
        steps=(
            "In Webflow open Site settings, Apps & integrations, Webhooks, Form submission: {url}",
            "Webflow shows a secret key once; save it here.",
        ),
    ),
    System.HUBSPOT: Road(
        read=tools.hubspot,
        repeats=True,
        event="",
        signs_with="Client secret",
        headers=(
            "x-hubspot-signature",
            "x-hubspot-signature-v3",
            "x-hubspot-request-timestamp",
        ),
        proves=proofs.hubspot,
        steps=(
            "In HubSpot make a workflow of contacts with the action “Send a webhook”, POST: {url}",
            "Choose to sign the request, and save the client secret of that app here.",
        ),
    ),
    System.SEGMENT: Road(
        read=tools.segment,
        repeats=True,
        event="",
        signs_with="Shared secret",
        headers=("x-signature",),
        proves=proofs.segment,
        steps=(
            "In Segment add the destination “Webhooks”: {url}",
            "Make up a shared secret, and save it there and here.",
            "People come by identify; what they did before joins them by the anonymous id.",
        ),
    ),
    System.CALENDLY: Road(
        read=calendars.calendly,
        event="",
        signs_with="Signing key",
        headers=("calendly-webhook-signature",),
        proves=proofs.calendly,
        steps=(
            "Make a webhook subscription for invitee.created and invitee.canceled: {url}",
            "Give it a signing key, and save the same here.",
        ),
    ),
    System.CALCOM: Road(
        read=calendars.calcom,
        event="",
        signs_with="Secret",
        headers=("x-cal-signature-256",),
        proves=proofs.signed_body("x-cal-signature-256"),
        steps=(
            "In Cal.com open Settings, Developer, Webhooks: {url}",
            "Make up a secret, and save it there and here.",
        ),
    ),
    System.MAIL: Road(
        read=mails.mail,
        steps=(
            "Have the service that receives your mail (SendGrid, Mailgun, Postmark, a script) post "
            "the raw message to {url}",
            "Lines like “Name: Ana Lopez” are read one by one. A mail without such lines is about "
            "who wrote it.",
        ),
    ),
}


def road(system: str) -> Road:
    return ROADS[System(system)]


KEPT_HEADERS_MAX = 500


def kept(headers: Mapping[str, Any], system: str) -> dict[str, str]:
    """Of the headers of a post those that prove it, in small letters."""
    return {
        name: str(headers[name])[:KEPT_HEADERS_MAX]
        for name in road(system).headers
        if name in headers
    }

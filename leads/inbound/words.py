"""What the pages say of an inlet and of what came in by it."""

import json
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings

from leadportal.look import formats
from leads.inbound import taking
from leads.inbound.systems.catalogue import road
from leads.inbound.systems.flat import text_of
from leads.models import Delivery, DeliveryState, Inlet

BODY_SHOWN = 20_000
LOOKS = {
    DeliveryState.FETCHING: "",
    DeliveryState.RECEIVED: "",
    DeliveryState.TAKEN: "ok",
    DeliveryState.QUARANTINED: "warn",
    DeliveryState.FAILED: "bad",
    DeliveryState.IGNORED: "",
    DeliveryState.NAMED: "",
}
_STATUS = {"created": "New lead", "matched": "Known already", "duplicate": "Known already"}


@dataclass(frozen=True)
class Line:
    """A delivery in the list of its inlet."""

    delivery: Delivery
    look: str
    # What became of it in two words.
    became: str
    doubts: int

    @property
    def reason(self) -> str:
        delivery = self.delivery
        if delivery.state == DeliveryState.FETCHING and delivery.reason and delivery.due_at:
            return f"{delivery.reason} It is tried again {formats.when(delivery.due_at)}."
        return delivery.reason


def line(delivery: Delivery) -> Line:
    results = delivery.results or []
    statuses = [one["status"] for one in results if one["lead"]]
    became = _STATUS.get(statuses[0], "") if len(statuses) == 1 else ""
    if len(statuses) > 1:
        became = f"{len(statuses)} leads"
    state = DeliveryState(delivery.state)
    taken = state == DeliveryState.TAKEN
    return Line(
        delivery,
        LOOKS[state],
        became if taken and became else state.label,
        sum(len(one["problems"]) for one in results),
    )


def is_soon(delivery: Delivery) -> bool:
    """Whether something becomes of it while one looks."""
    is_first_try = delivery.state == DeliveryState.FETCHING and not delivery.reason
    return delivery.state == DeliveryState.RECEIVED or is_first_try


def url(inlet: Inlet) -> str:
    """The whole address to post to."""
    return urljoin(f"{settings.BASE_URL}/", inlet.address.lstrip("/"))


def steps(inlet: Inlet) -> list[str]:
    """What to do on the other side."""
    return [one.format(url=url(inlet), token=inlet.token) for one in road(inlet.system).steps]


def body(delivery: Delivery) -> str:
    """What came, for a person to read; JSON on lines of its own."""
    text = text_of(taking.raw_of(delivery))
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text[:BODY_SHOWN].replace("\0", "")


@dataclass(frozen=True)
class Problem:
    """A value that was left out or cut, and why."""

    where: str
    why: str


def problems(delivery: Delivery) -> list[Problem]:
    return [
        Problem(problem["pointer"].strip("/").replace("/", " "), problem["detail"])
        for one in delivery.results or []
        for problem in one["problems"]
    ]

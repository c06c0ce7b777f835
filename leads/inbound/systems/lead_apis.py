"""Asking Meta and LinkedIn for a lead of which they posted the id alone."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from leadportal.web import outside
from leadportal.web.outside import Answer, NoAnswer
from leads.inbound.systems.flat import clean, dict_of, words

# Nobody is asked again sooner than the system wants, nor later than this.
WAIT_MAX = timedelta(hours=24)
SAID_MAX = 120


class NotFetched(Exception):
    """The lead did not come; says why and what to do.

    `is_lasting`: asking again is no use before somebody did something; `is_access`: that holds for
    every lead there. `wait`: asked again no sooner than that, and no other lead either.
    """

    def __init__(
        self,
        why: str,
        *,
        is_lasting: bool = False,
        is_access: bool = False,
        wait: timedelta = timedelta(0),
    ) -> None:
        super().__init__(why)
        self.is_lasting, self.is_access = is_lasting or is_access, is_access
        self.wait = min(wait, WAIT_MAX)


@dataclass(frozen=True, kw_only=True)
class LeadApi:
    """One system that is asked."""

    name: str
    # The right that a token needs there.
    right: str
    # Address and headers, of a lead's id, the token and the secret, at that moment.
    question: Callable[[str, str, str, datetime], tuple[str, dict[str, str]]]

    def fetch(self, key: str, *, token: str, secret: str, at: datetime) -> bytes:
        """What it says of the lead, JSON of an object. Raises NotFetched."""
        url, headers = self.question(key, token, secret, at)
        try:
            answer = outside.get(url, {"Authorization": f"Bearer {token}"} | headers)
        except NoAnswer as error:
            again = "Fetch it again later." if error.is_lasting else ""
            why = f"{self.name} {error}. {again}".strip()
            raise NotFetched(why, is_lasting=error.is_lasting) from None
        said = _object_in(answer)
        if answer.status == 200 and said and "error" not in said:
            return answer.body
        raise self._fault(answer, dict_of(said.get("error")) or said, at)

    def _fault(self, answer: Answer, said: Mapping[str, Any], at: datetime) -> NotFetched:
        status = _meant(answer.status, said)
        name, quoted = self.name, _quoted(said)
        if status == 429:
            wait = _retry_after(answer, at)
            return NotFetched(f"{name} was asked too often, and wants a pause.", wait=wait)
        if status == 401:
            why = f"{name} does not take the access token any more. Save a new one at this address."
            return NotFetched(f"{why}{quoted}", is_access=True)
        if status == 403:
            why = f"The access token may not read leads of {name}. It needs {self.right}."
            return NotFetched(f"{why} Save one that has it.{quoted}", is_access=True)
        if status in (404, 410):
            why = f"{name} has no such lead any more, or not one that this access token may see."
            return NotFetched(f"{why}{quoted}", is_lasting=True)
        if status == 426:
            why = f"{name} has given up the way it is asked here. This portal needs an update."
            return NotFetched(why, is_lasting=True)
        if 300 <= status < 400:
            why = f"{name} sent us to another address ({status}), where nothing is asked."
            return NotFetched(why, is_lasting=True)
        if status >= 500 or status == 200:
            wait = _retry_after(answer, at)
            return NotFetched(f"{name} has trouble of its own ({answer.status}).", wait=wait)
        return NotFetched(f"{name} does not give this lead ({status}).{quoted}", is_lasting=True)


# Meta's own numbers, which its status does not always tell apart.
_META_LIMITS = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
_META_TOKEN = frozenset({102, 190, 463, 467})
_META_RIGHTS = frozenset({3, 10, *range(200, 300)})
_META_TROUBLE = frozenset({1, 2})
_META_GONE = 33


def _meant(status: int, said: Mapping[str, Any]) -> int:
    """A status by what the words of it say, where they say more."""
    code = said.get("code")
    if not isinstance(code, int):
        return status
    if code == 100 and said.get("error_subcode") == _META_GONE:
        return 404
    for codes, meant in (
        (_META_LIMITS, 429),
        (_META_TOKEN, 401),
        (_META_RIGHTS, 403),
        (_META_TROUBLE, 503),
    ):
        if code in codes:
            return meant
    return 503 if said.get("is_transient") is True else status


def _object_in(answer: Answer) -> dict[str, Any]:
    """What it says as JSON; {} where that is none."""
    try:
        return dict_of(json.loads(answer.body))
    except (ValueError, RecursionError):
        return {}


def _quoted(said: Mapping[str, Any]) -> str:
    text = clean(words(said.get("message")))[:SAID_MAX]
    return f" It said: “{text}”" if text else ""


def _retry_after(answer: Answer, at: datetime) -> timedelta:
    """Seconds, or a moment."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return timedelta(seconds=int(text[:9]))
    try:
        return max(parsedate_to_datetime(text) - at, timedelta(0))
    except (ValueError, TypeError):
        return timedelta(0)


# --- the two -----------------------------------------------------------------------------------

_META_FIELDS = (
    *("id", "created_time", "form_id", "ad_id", "campaign_id", "campaign_name", "platform"),
    *("is_organic", "field_data", "custom_disclaimer_responses"),
)
_LINKEDIN_FIELDS = (
    "id,submittedAt,testLead,leadType,owner,associatedEntity,leadMetadata,"
    "versionedLeadGenFormUrn,formResponse,form:(id,name,hiddenFields,content)"
)
# LinkedIn answers each monthly version of its API for a year at least.
_VERSION_MONTHS = 6


def _of_meta(key: str, token: str, secret: str, at: datetime) -> tuple[str, dict[str, str]]:
    asked = {"fields": ",".join(_META_FIELDS)}
    if secret:
        # Of an app that asks for it; it proves that the token was not taken from somewhere.
        proof = hmac.new(secret.encode(), token.encode(), sha256).hexdigest()
        asked["appsecret_proof"] = proof
    return f"{settings.META_API}/{quote(key, safe='')}?{urlencode(asked, safe=',')}", {}


def _of_linkedin(key: str, token: str, secret: str, at: datetime) -> tuple[str, dict[str, str]]:
    asked = urlencode({"fields": _LINKEDIN_FIELDS}, safe=",:()")
    headers = {"LinkedIn-Version": version(at), "X-Restli-Protocol-Version": "2.0.0"}
    return f"{settings.LINKEDIN_API}/leadFormResponses/{quote(key, safe='')}?{asked}", headers


def version(at: datetime) -> str:
    """Of LinkedIn's API at that moment, "202605": neither too new to be there nor gone."""
    year, month = divmod(at.year * 12 + at.month - 1 - _VERSION_MONTHS, 12)
    return f"{year}{month + 1:02}"


META = LeadApi(name="Meta", right="leads_retrieval", question=_of_meta)
LINKEDIN = LeadApi(name="LinkedIn", right="r_marketing_leadgen_automation", question=_of_linkedin)

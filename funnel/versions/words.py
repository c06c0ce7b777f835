"""Where a version stands on its way to live, and whose step is next: the bar below its pages."""

from dataclasses import dataclass

from django.urls import reverse

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from accounts.roles import Side
from funnel.models import CriteriaVersion, Signature, VersionState
from funnel.versions import current, signing

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Half:
    """One department's side of the bar."""

    side: Side
    signature: Signature | None
    # Who can sign for it, in words.
    waits_for: str
    # Whether the person who looks can sign it now.
    is_yours: bool


@dataclass(frozen=True, slots=True)
class SignatureBar:
    version: CriteriaVersion
    # What it would replace, and is read against.
    live: CriteriaVersion
    halves: tuple[Half, ...]
    may_draft: bool
    may_switch_on: bool
    # Why it cannot be switched on yet, or who can; empty when this person can.
    why_not: str

    @property
    def yours(self) -> list[Half]:
        """The sides this person can sign now."""
        return [half for half in self.halves if half.is_yours]

    @property
    def signatures(self) -> list[Signature]:
        return [half.signature for half in self.halves if half.signature]

    @property
    def voiding(self) -> str:
        """The signatures that an edit takes away, for the form that asks."""
        return ",".join(str(one.pk) for one in self.signatures)

    @property
    def read_url(self) -> str:
        """The page that says what changes, with the place to sign at its end."""
        return reverse("criteria-compare", args=[self.live.number, self.version.number])


def bar(
    version: CriteriaVersion, person: User, live: CriteriaVersion | None = None
) -> SignatureBar:
    """For a version that is on its way: a draft, a proposal or a scheduled one."""
    signed = {one.side: one for one in signing.valid_signatures(version)}
    managers = list(User.objects.active().with_role(*signing.SIGNS_FOR).order_by("name"))
    may_switch_on = policy.can(person, Action.SWITCH_ON_CRITERIA)
    halves = tuple(_half(side, version, signed, managers, person) for side in Side)
    return SignatureBar(
        version=version,
        live=live or current.live(),
        halves=halves,
        may_draft=policy.can(person, Action.DRAFT_CRITERIA),
        may_switch_on=may_switch_on,
        why_not=_why_not(halves) or ("" if may_switch_on else f"{_named(managers)} can"),
    )


def _half(
    side: Side,
    version: CriteriaVersion,
    signed: dict[str, Signature],
    managers: list[User],
    person: User,
) -> Half:
    signs = [one for one in managers if side in signing.sides_of(one)]
    is_open = version.state == VersionState.PROPOSED and side not in signed
    is_yours = is_open and person in signs and _may_sign_too(person, signed)
    named = f"{person.name}, that is you" if person in signs else _named(signs)
    return Half(side, signed.get(side), named or "Nobody manages it yet", is_yours)


def _may_sign_too(person: User, signed: dict[str, Signature]) -> bool:
    """One person signs for both departments only where the settings say so."""
    has_signed = any(one.signed_by_id == person.pk for one in signed.values())
    return not has_signed or Portal.load().both_hats


def _why_not(halves: tuple[Half, ...]) -> str:
    lacking = [half.side.label for half in halves if not half.signature]
    if len(lacking) == len(halves):
        return "Needs both signatures"
    return f"Needs the signature of {lacking[0]}" if lacking else ""


def _named(people: list[User]) -> str:
    return policy.listed([one.name for one in people[:MOST_NAMED]], last="or")

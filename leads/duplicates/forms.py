"""What somebody chose on the page that compares two leads."""

from dataclasses import dataclass

from django.http import QueryDict

from leads.duplicates import merging
from leads.duplicates.words import FIRST, SECOND
from leads.models import Duplicate, Lead

TAKE = "take."
_SIDES = (FIRST, SECOND)


@dataclass(frozen=True)
class Choice:
    """Which of the two stays, and by field whose word counts: "first" or "second" each."""

    stays: str
    take: dict[str, str]
    # Whether somebody said which stays.
    is_said: bool

    @classmethod
    def of(cls, pair: Duplicate, given: QueryDict) -> "Choice":
        """What was sent; where that is silent or senseless, what holds unless somebody chooses."""
        must, said = merging.must_stay(*pair.leads), given.get("stays", "")
        staying = must or merging.stays(*pair.leads)
        default = FIRST if staying == pair.first else SECOND
        is_said = said in _SIDES
        take = {
            name.removeprefix(TAKE): side
            for name, side in given.items()
            if name.startswith(TAKE) and side in _SIDES
        }
        return cls(default if must or not is_said else said, take, is_said)

    def leads(self, pair: Duplicate) -> tuple[Lead, Lead]:
        """Who goes, and who stays."""
        one, other = pair.leads
        return (other, one) if self.stays == FIRST else (one, other)

    @property
    def chosen(self) -> dict[str, bool]:
        """By field, whether the word of who goes counts."""
        return {name: side != self.stays for name, side in self.take.items()}

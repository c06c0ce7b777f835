"""A part of a whole, told as a percentage only where there are enough cases for one."""

from dataclasses import dataclass

from leadportal.look import formats

# Under this many cases one verdict more or less moves a percentage by five points.
LEAST_CASES = 20


@dataclass(frozen=True, slots=True)
class Share:
    part: int
    whole: int

    @property
    def is_ranked(self) -> bool:
        """Whether there are enough cases to compare it with another share."""
        return self.whole >= LEAST_CASES

    @property
    def percent(self) -> int:
        """Rounded; 0 and 100 are kept for none and all, and for nothing to share."""
        if self.part in (0, self.whole):
            return 100 if self.part else 0
        return min(99, max(1, round(100 * self.part / self.whole)))

    @property
    def figure(self) -> str:
        """ "65" with the unit "%", or "13" with the unit " of 18"; a dash for no case."""
        if not self.whole:
            return "–"
        return str(self.percent) if self.is_ranked else formats.number(self.part)

    @property
    def unit(self) -> str:
        if not self.whole:
            return ""
        return "%" if self.is_ranked else f" of {formats.number(self.whole)}"

    @property
    def counts(self) -> str:
        return f"{formats.number(self.part)} of {formats.number(self.whole)}"

    def __str__(self) -> str:
        return f"{self.figure}{self.unit}"

    def points_over(self, other: "Share") -> int | None:
        """Percentage points more than the other one; None unless both may be compared."""
        if not (self.is_ranked and other.is_ranked):
            return None
        return self.percent - other.percent

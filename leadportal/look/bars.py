"""Bars that fill from the left: shares, points of a rule, and scores against their lines."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.safestring import SafeString

from leadportal.look.pictures import Picture, draw, percent


@dataclass(frozen=True)
class Bar(Picture):
    """A track filled to `share` percent in the colour of the class f-`fill`."""

    template: ClassVar[str] = "look/bar.svg"

    share: str
    fill: str
    width: int | str


def share_bar(share: float, fill: str = "sa", width: int | str = 88) -> Bar:
    """A share in percent as a bar; `fill` is mk, sa, bad, ok or ink, `width` may be "100%"."""
    return Bar(percent(share), fill, width)


def points_bar(points: int, largest: int, kind: str) -> Bar:
    """A rule's points against the largest rule's; what takes points away is red."""
    fill = "neg" if points < 0 else "fit" if kind == "fit" else "int"
    return share_bar(100 * abs(points) / largest if largest else 0, fill, "100%")


@dataclass(frozen=True)
class ScoreLine(Picture):
    """The line of an SQL across a track."""

    template: ClassVar[str] = "look/score_line.svg"

    line: str
    height: int


@dataclass(frozen=True)
class ScoreTrack(Picture):
    """Fit and intent end to end on a track of 100 points, and the line across, if there is one."""

    template: ClassVar[str] = "look/score_track.svg"
    height: ClassVar[int] = 12

    fit: str
    intent: str
    line: SafeString


def score_track(fit: int, intent: int, line: int | None) -> ScoreTrack:
    """The bar alone: fit, then intent, against the line of an SQL."""
    return ScoreTrack(**_track(fit, intent, line, ScoreTrack.height))


def _track(fit: int, intent: int, line: int | None, height: int) -> dict[str, Any]:
    across = None if line is None else ScoreLine(percent(line), height)
    return {
        "fit": percent(fit),
        "intent": percent(min(intent, 100 - fit)),
        "line": draw(across),
    }


@dataclass(frozen=True)
class ScoreBar(ScoreTrack):
    """The total beside a small track; `says` is what is heard instead."""

    template: ClassVar[str] = "look/score_bar.html"
    height: ClassVar[int] = 10

    total: int
    says: str


def score_bar(fit: int, intent: int, line: int | None) -> ScoreBar:
    """Number and bar of one row: fit, then intent, against the line of an SQL."""
    total = fit + intent
    says = f"Score {total} of 100: fit {fit}, intent {intent}"
    return ScoreBar(
        **_track(fit, intent, line, ScoreBar.height),
        total=total,
        says=says if line is None else f"{says}, line at {line}",
    )


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """A line at `place` percent, and where its name stands; `name` is "MQL 45"."""

    place: str
    name: str
    name_place: str


@dataclass(frozen=True)
class ScoreScale(Picture):
    """The score of one lead on the whole scale, with the names of its parts and of both lines."""

    template: ClassVar[str] = "look/score_scale.svg"

    says: str
    fit: str
    intent: str
    fit_points: int
    intent_points: int
    fit_name_place: str
    intent_name_place: str
    mql: ScaleLine | None
    sql: ScaleLine | None


def score_scale(fit: int, intent: int, mql: int | None, sql: int | None) -> ScoreScale:
    """The large scale of a lead page; a line that is None is not drawn."""
    lines = [f"{name} line at {at}" for name, at in (("MQL", mql), ("SQL", sql)) if at is not None]
    # Names keep clear of the edges and of each other, whatever the points.
    fit_name = max(5.0, fit / 2)
    intent_name = min(93.0, max(fit + intent / 2, fit_name + 14))
    return ScoreScale(
        says=". ".join([f"Score {fit + intent} of 100. Fit {fit}, intent {intent}", *lines]),
        fit=percent(fit),
        intent=percent(min(intent, 100 - fit)),
        fit_points=fit,
        intent_points=intent,
        fit_name_place=percent(fit_name),
        intent_name_place=percent(intent_name),
        mql=_scale_line(mql, "MQL"),
        sql=_scale_line(sql, "SQL line"),
    )


def _scale_line(at: int | None, name: str) -> ScaleLine | None:
    if at is None:
        return None
    return ScaleLine(percent(at), f"{name} {at}", percent(min(90, max(10, at))))

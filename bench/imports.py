"""A file of leads through the whole product: looked at, checked, in, judged, undone; its memory.

Taken in as the page proposes for people of the past: scored, and handed over later.

Bars, on a quiet machine of two cores: 100,000 lines in 60 s, with their scoring; memory flat: the
last two thirds of the lines make the largest process of the worker larger by 10 % at most (a file's
batches go to any of them, and one that has none yet is small); of leads that come in meanwhile, one
a second, 95 of 100 are judged within a second; the same file is checked again, among all its leads,
in 30 s, and undone in 120 s.
"""

import io
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import _world
from _product import Product, product

if TYPE_CHECKING:
    from leads.imports.imports import Terms
    from leads.models import Import

HEAD = "Id,First Name,Last Name,Email,Phone,Company,Title,Country,City,Lead Source,Seats,Created\n"
TITLES = ("VP Operations", "Head of Quality", "Plant Manager", "Student", "Buyer")
COUNTRIES = ("Germany", "SE", "United States", "FRA", "Netherlands")
SECONDS, FLAT, MEANWHILE, AGAIN, UNDONE = 60.0, 10.0, 1.0, 30.0, 120.0


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    with product() as running:
        raise SystemExit(any(measure(running, options.leads)))


def lines(count: int) -> bytes:
    return (HEAD + "".join(line(n) for n in range(count))).encode()


def line(n: int) -> str:
    day = f"{n % 28 + 1}/{n % 12 + 1}/2026"
    return (
        f"c-{n},First{n},Last{n},person{n}@company{n // 3}.example,+4670{n:07},Company {n // 3},"
        f"{TITLES[n % 5]},{COUNTRIES[n % 5]},City {n % 400},Source {n % 12},{n % 900},{day}\n"
    )


def measure(running: Product, count: int) -> list[bool]:
    from accounts.models import User
    from leads.imports import imports
    from leads.models import Import, Lead

    person = User.objects.create(email="ines@bench.example", name="Ines", roles=["marketing"])
    began = time.perf_counter()
    one = imports.begin(person, "leads.csv", io.BytesIO(lines(count)))
    looked = time.perf_counter() - began

    def now() -> Import:
        return Import.objects.get(pk=one.pk)

    assert one.hold_until, "a file with dates is proposed to be handed over later"
    imports.choose(one, person, one.columns, proposed(one))
    checked = until(lambda: now().state == "checked")
    print(f"{count:,} lines: looked at in {looked:.1f} s, checked in {checked:.1f} s")
    began, before = time.perf_counter(), running.cpu("worker")
    imports.start(one, person)
    until(lambda: now().lines_done >= count // 3)
    early = running.largest("worker")
    waited = []
    while now().state != "done":
        waited.append(judged(len(waited)))
        time.sleep(1.0)
    came = time.perf_counter() - began
    until(lambda: not Lead.objects.filter(judgement__scored_at=None).exists())
    took = time.perf_counter() - began
    late = running.largest("worker")
    assert now().counts == {"created": count}, now().counts
    print(f"the worker computed {running.cpu('worker') - before:.0f} s of it")
    print(f"in after {came:.1f} s ({count / came:,.0f} lines/s), all judged after {took:.1f} s")
    grown = 100 * (late / early - 1)
    again = imports.begin(person, "again.csv", io.BytesIO(lines(count)))
    imports.choose(again, person, again.columns, proposed(again))
    known = until(lambda: Import.objects.get(pk=again.pk).state == "checked")
    imports.undo(one, person)
    undone = until(lambda: now().state == "undone")
    assert now().counts == {"removed": count}, now().counts
    return [
        show("in and judged, per 100,000 lines (s)", took * 100_000 / count, SECONDS),
        show("memory after a third and at the end, more (%)", grown, FLAT),
        show("leads that came meanwhile, judged (s)", waited_p95(waited), MEANWHILE),
        show("checked again, per 100,000 lines (s)", known * 100_000 / count, AGAIN),
        show("undone, per 100,000 lines (s)", undone * 100_000 / count, UNDONE),
    ]


def judged(n: int) -> float:
    """Seconds until somebody who comes in beside the file is judged."""
    from accounts.keys import keys
    from leads.ingest.leads import ingest_leads
    from leads.models import Judgement

    began = time.perf_counter()
    item = {"email": f"ann@alone{n}.example", "last_name": "Alone"}
    (taken,) = ingest_leads([item], integration=keys.integration_named("Beside"))
    while Judgement.objects.filter(lead=taken.lead_id, scored_at=None).exists():
        time.sleep(0.02)
    return time.perf_counter() - began


def waited_p95(waited: list[float]) -> float:
    print(
        f"{len(waited)} leads came meanwhile: judged after {_world.median(waited):.2f} s (median)"
    )
    return sorted(waited)[int(0.95 * (len(waited) - 1))]


def proposed(one: "Import") -> "Terms":
    from leads.imports.imports import Terms

    return Terms(day_first=one.day_first, hold_until=one.hold_until)


def until(done: Callable[[], bool]) -> float:
    began = time.perf_counter()
    while not done():
        time.sleep(0.2)  # asking costs the machine that is measured
    return time.perf_counter() - began


def show(what: str, figure: float, most: float) -> bool:
    below = figure > most
    print(f"{what}: {figure:,.1f} (bar {most:g}){'  BELOW THE BAR' if below else ''}")
    return below


if __name__ == "__main__":
    main()

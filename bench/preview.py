"""What a draft would do, before it is live: the leads active lately, and all there are.

Judged by the draft as by the switch-on, read only. Bars: under 0.5 s for the leads active in the
last 30 days, up to 20,000, which come with the page; under 4 s for 100,000 leads, in the chunks in
which the number to confirm is counted.
"""

import copy
from collections.abc import Callable

import _world

RECENT, ALL = 0.5, 4.0
# The bars are for so many leads; others take their share of the time.
ACTIVE_LEADS, ALL_LEADS = 20_000, 100_000


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    with _world.database():
        _world.fill(options.leads, options.events or options.leads * 10)
        missed = measure(options.runs)
    raise SystemExit(missed)


def measure(runs: int) -> int:
    """Print both times; how many bars were missed."""
    from accounts.models import Portal
    from funnel.versions import current, editing
    from leadportal.db import clock
    from leads.impact import counting, recent
    from leads.judging import due
    from leads.judging.basis import Basis

    due.drain()
    live = current.live()
    content = copy.deepcopy(live.content)
    content["definitions"]["sql"]["line"] -= 5
    draft = editing.draft(content, author=None)
    basis = Basis(draft, current.rulebook(draft), Portal.load(), clock.now())
    size = max(size for size, _ in recent.SAMPLES)
    ids, _ = recent.recent(basis.at, size)
    everybody = counting.leads_to_judge()

    def count_all() -> None:
        counted = counting.finish(counting.start_count(draft))
        assert counted.judged == everybody
        counted.delete()

    return sum(
        [
            took("active in the last 30 days", len(ids), ACTIVE_LEADS, RECENT, runs,
                 lambda: recent.within_time(basis, size, 60_000)),
            took("that criteria may move", everybody, ALL_LEADS, ALL, runs, count_all),
        ]
    )  # fmt: skip


def took(
    which: str, leads: int, most: int, seconds: float, runs: int, read: Callable[[], object]
) -> bool:
    """Print how long a preview of these leads takes; whether that is too long."""
    bar = seconds * leads / most
    median = _world.median([_world.seconds(read) for _ in range(runs)])
    is_ok = median < bar
    print(
        f"{leads:,} leads {which}: {median:.2f} s (bar {bar:.2f} s): {'ok' if is_ok else 'BELOW'}"
    )
    return not is_ok


if __name__ == "__main__":
    main()

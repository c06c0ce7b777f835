"""What a draft would do for the leads active in the last 30 days, up to 20,000. Bar: under 1 s.

Judged by the draft as by the switch-on, read only. Printed beside the time the hand is given on
the page: what takes longer is cancelled there, and fewer leads are shown.
"""

import copy
from functools import partial

import _world

MOST = 1.0


def main() -> None:
    options = _world.arguments(__doc__ or "").parse_args()
    with _world.database():
        _world.fill(options.leads, options.events or options.leads * 10)
        measure(options.runs)


def measure(runs: int) -> None:
    from accounts.models import Portal
    from funnel.versions import current, editing
    from leads.impact import recent
    from leads.judging import due
    from leads.judging.basis import Basis, database_now

    due.drain()
    live = current.live()
    content = copy.deepcopy(live.content)
    content["definitions"]["sql"]["line"] -= 5
    draft = editing.draft(content, author=None)
    basis = Basis(draft, current.rulebook(draft), Portal.load(), database_now())
    size = max(size for size, _ in recent.SAMPLES)
    ids, _ = recent.recent(basis.at, size)
    print(f"{len(ids):,} leads active in the last 30 days")

    read = partial(recent.within_time, basis, size, 60_000)
    took = _world.median([_world.seconds(read) for _ in range(runs)])
    print(f"impact preview: {took:.2f} s (bar {MOST:.0f} s): {'ok' if took < MOST else 'BELOW'}")
    if took >= MOST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

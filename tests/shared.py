"""What every process of a run needs alike: made by whichever wants it first, and the same for all.

The processes of pytest-xdist are children of the one that was started, and find in their
environment the folder that it made, and empties when all of them have ended.
"""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

VARIABLE = "LEADPORTAL_TESTS_SHARED"


def is_one_of_several() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name; `make` fills it, where nobody has. The others wait for it.

    What fails is made anew by the next who asks: a folder has its name only when it is whole.
    """
    shared = Path(os.environ[VARIABLE])
    made, half = shared / name, shared / f"{name}.half"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(half, ignore_errors=True)
            make(half)
            half.rename(made)
    return made

"""Words that run from right to left, within a sentence that runs from left to right."""

import re

FROM_THE_RIGHT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
# What Unicode has in plain text for <bdi>: first strong isolate, pop directional isolate.
BEGIN, END = "\u2068", "\u2069"


def apart(name: str) -> str:
    """A name as it stands in a sentence: set apart where it runs from right to left.

    Else a number or a dot after it would change places with it.
    """
    return f"{BEGIN}{name}{END}" if FROM_THE_RIGHT.search(name) else name

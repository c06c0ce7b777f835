"""What has come in of one request: enough to answer it, not yet, or something that is none.

Only as much is understood as is needed to know where the request ends; gunicorn's parser, which is
strict, reads it again and refuses whatever two could read in two ways.
"""

import re

from leadportal.serving.refusals import Refused
from leadportal.web import sizes

LINE_MAX = 4094
HEAD_MAX = 32 * 1024
# What decides how the body comes. Whatever else looks like one of these is no header to the parser.
FRAMING = re.compile(rb"\r\n(content-length|transfer-encoding|expect):[ \t]*([^\r\n]*)", re.I)
# More digits than any length.
DIGITS = 18


class Arriving:
    """The bytes of a connection from the first of a request on; those behind it wait their turn.

    `length` is that of the body. `is_apart` is one that is longer than anybody may send here, or
    says no length: its head alone comes to a thread, and whoever may send it has it read there.
    """

    def __init__(self) -> None:
        self.data = bytearray()
        self.head = self.length = 0  # bytes of the head, 0 until it is there
        self.is_apart = self.expects = False

    def take(self, data: bytes | bytearray) -> None:
        """Raises Refused."""
        self.data += data
        if not self.head:
            self._look()

    @property
    def is_there(self) -> bool:
        """Whether a thread may have it."""
        return bool(self.head) and (self.is_apart or len(self.data) >= self.head + self.length)

    @property
    def target(self) -> str:
        """The address that is asked for, as it was sent; may be nonsense."""
        return _target(bytes(self.data[:LINE_MAX]))

    def cut(self) -> tuple[bytes, bytes, bytearray]:
        """Head, body, and what came behind them. Of one apart, all behind the head is its body."""
        ends = len(self.data) if self.is_apart else self.head + self.length
        view = memoryview(self.data)
        head, body = bytes(view[: self.head]), bytes(view[self.head : ends])
        return head, body, bytearray(view[ends:])

    def _look(self) -> None:
        if self.data.startswith(b"\r\n"):  # one empty line before is passed over (RFC 9112, 2.2)
            del self.data[:2]
        line = self.data.find(b"\r\n")
        if line > LINE_MAX or (line < 0 and len(self.data) > LINE_MAX + 1):
            raise Refused(414, self.target)
        ends = self.data.find(b"\r\n\r\n")
        if ends > HEAD_MAX or (ends < 0 and len(self.data) > HEAD_MAX):
            raise Refused(431, self.target)
        if ends >= 0:
            self._frame(bytes(self.data[: ends + 2]))
            self.head = ends + 4
        elif self.data.count(b"\n") != self.data.count(b"\r\n"):
            # Lines that end otherwise: the end that is looked for would never come.
            raise Refused(400, self.target)

    def _frame(self, head: bytes) -> None:
        lengths = []
        for name, value in FRAMING.findall(head):
            kind = name.lower()
            if kind == b"content-length":
                lengths.append(value.strip(b" \t"))
            elif kind == b"expect":
                self.expects = True
            else:
                self.is_apart = True
        if not lengths:
            return
        if len(lengths) > 1 or not lengths[0].isdigit() or len(lengths[0]) > DIGITS:
            self.is_apart = True
            return
        self.length = int(lengths[0])
        if self.length > sizes.most_unasked(_target(head).partition("?")[0]):
            self.is_apart = True


def _target(start: bytes) -> str:
    words = start.partition(b"\r\n")[0].split(b" ", 2)
    return words[1].decode("latin-1") if len(words) > 1 else ""

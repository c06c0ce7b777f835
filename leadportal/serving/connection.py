"""One client: what it has sent, and what it has not taken yet of its answers.

The loop has it while it reads and writes, a thread while it works on a request; never both.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from typing import IO

from leadportal.serving.arriving import Arriving

# A request has so many seconds to come, and one more for so many bytes of its body.
READ_SECONDS = 10.0
SLOWEST = 32 * 1024
# An answer is sent in pieces of about this size, and so much of it is kept for a slow client.
# Beyond that its thread waits, but not longer than this for any of it to be taken.
PIECE = 64 * 1024
KEPT_MOST = 4 * 1024 * 1024
STALLED_SECONDS = 10.0
PROCEED = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection:
    def __init__(self, sock: socket.socket, client: object, server: object) -> None:
        sock.setblocking(False)
        self.sock, self.client, self.server = sock, client, server
        self.arriving = Arriving()
        self.unsent: deque[memoryview] = deque()
        self.unsent_bytes = 0
        self.deadline = time.monotonic() + READ_SECONDS
        # What the loop waits for with it: select's mask, 0 while a thread has it; see worker.py.
        self.awaited = 0
        self.stays = self.lingers = False
        self.has_proceeded = self.has_begun = False
        self.left = bytearray()  # what came behind the request that is worked on

    # --- the request -----------------------------------------------------------------------

    def next_request(self) -> bytearray:
        """Forget the one that is answered; what came behind it."""
        self.has_proceeded = self.has_begun = False
        self.arriving, left, self.left = Arriving(), self.left, bytearray()
        return left

    def is_waited_for(self) -> bool:
        """Whether the client waits to be told to send the body. From now on it is told."""
        waits = self.arriving.expects and not self.has_proceeded
        self.has_proceeded = True
        return waits

    def pieces(self, head: bytes, body: bytes) -> Iterator[bytes]:
        """The request as gunicorn's parser reads it; of one apart, the rest as it comes.

        Raises TimeoutError.
        """
        yield head
        if body:
            yield body
        if not self.arriving.is_apart:
            return
        if self.is_waited_for():
            self._send(memoryview(PROCEED))
        last = time.monotonic() + READ_SECONDS + self.arriving.length / SLOWEST
        while data := self._receive(last):
            yield data

    def _receive(self, last: float) -> bytes:
        while True:
            try:
                return self.sock.recv(PIECE)
            except BlockingIOError:
                self._wait(select.POLLIN, min(last - time.monotonic(), STALLED_SECONDS))

    # --- the answer, as gunicorn writes to its sockets ----------------------------------------

    def send(self, data: bytes) -> int:
        """Gunicorn sends by it that the body may come, which has been said where it matters."""
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Hand over a part of the answer, to be sent with others. Raises OSError."""
        self.unsent.append(memoryview(data))
        self.unsent_bytes += len(data)
        if self.unsent_bytes >= PIECE:
            self.flush()
            while self.unsent_bytes > KEPT_MOST:
                self._wait(select.POLLOUT, STALLED_SECONDS)
                self.flush()

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int = 0) -> None:
        """The same of a file."""
        file.seek(offset)
        while count > 0 and (data := file.read(min(count, PIECE))):
            self.sendall(data)
            count -= len(data)

    def take_back(self) -> bool:
        """Forget what was handed over; whether the client has seen nothing of it."""
        self.unsent.clear()
        self.unsent_bytes = 0
        return not self.has_begun

    def flush(self) -> None:
        """Send what the client takes at once. Raises OSError."""
        if len(self.unsent) > 1 and self.unsent_bytes <= PIECE:
            together = memoryview(b"".join(self.unsent))
            self.unsent.clear()
            self.unsent.append(together)
        while self.unsent:
            part = self.unsent[0]
            sent = self._send(part)
            self.unsent_bytes -= sent
            self.has_begun = self.has_begun or sent > 0
            if sent < len(part):
                self.unsent[0] = part[sent:]
                return
            self.unsent.popleft()

    def _send(self, part: memoryview) -> int:
        try:
            return self.sock.send(part)
        except BlockingIOError:
            return 0

    def _wait(self, event: int, seconds: float) -> None:
        poll = select.poll()
        poll.register(self.sock, event)
        if seconds <= 0 or not poll.poll(seconds * 1000):
            raise TimeoutError

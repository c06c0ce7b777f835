"""A server of somebody else's, on this machine: it answers as it is told to, and remembers."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

# What a connection is answered with: all at once, or bit by bit with pauses in seconds.
Said = bytes | list[bytes | float]


class Server:
    """`address` is its own; `asked` the heads of all requests; `says` what it answers the next."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.asked: list[str] = []
        self.connections = 0
        self.says: Callable[[str], Said] = lambda head: answer(200, b"{}")
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head and (more := connection.recv(4096)):
                head += more
            if not head:
                return
            self.asked.append(head.decode())
            said = self.says(head.decode())
            for part in said if isinstance(said, list) else [said]:
                if isinstance(part, bytes):
                    connection.sendall(part)
                else:
                    time.sleep(part)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer; `retry_after="9"` is a header."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in told.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def served(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(tls)
    Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.close()

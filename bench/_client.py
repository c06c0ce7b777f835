"""A client of HTTP that takes little of the cores it shares with the product."""

import socket

HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
ENDS = b"\r\nconnection: close\r\n"


class Client:
    """A connection that is kept until an answer ends it, as of a process that is replaced.

    http.client takes three times as long for an answer.
    """

    def __init__(self, port: int) -> None:
        self.port, self.host = port, f"Host: 127.0.0.1:{port}\r\n"
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_ended = False

    def ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Status and body of the answer, which must tell its length."""
        if self.is_ended:
            self.close()
            self._connect()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
        head = f"{method} {path} HTTP/1.1\r\n{self.host}{lines}{length}\r\n"
        self.socket.sendall(head.encode() + body)
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        data = self._more()
        while (end := data.find(HEAD_ENDS)) < 0:
            data += self._more()
        head = data[: end + 2].lower()
        self.is_ended = ENDS in head
        at = head.index(LENGTH) + len(LENGTH)
        whole = end + len(HEAD_ENDS) + int(head[at : head.index(b"\r\n", at)])
        while len(data) < whole:
            data += self._more()
        return int(data[9:12]), data[end + len(HEAD_ENDS) :]

    def _more(self) -> bytes:
        if not (data := self.socket.recv(1 << 17)):
            raise ConnectionResetError
        return data

    def close(self) -> None:
        self.socket.close()

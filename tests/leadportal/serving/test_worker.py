"""The loop with its threads on a socket of its own, and an application made for the test."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from leadportal.serving import clients, connection, worker
from tests.processes import eventually

THREADS = 2
Answer = tuple[int, dict[str, str], bytes]


class App:
    """Answers with what was sent; below /wait once it is let go, /long with a long text."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.asked.append(path)
        if path == "/wait":
            assert self.go.wait(10)
        if path == "/broken":
            raise ValueError("no answer")
        body = b"x" * 20_000_000 if path == "/long" else environ["wsgi.input"].read()
        if path == "/unread":
            body = b"not looked at"
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


class Served:
    def __init__(self) -> None:
        self.app = App()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        cfg = Config()
        cfg.set("threads", THREADS)
        cfg.set("keepalive", 15)
        cfg.set("graceful_timeout", 5)
        made = worker.LoopWorker(1, os.getppid(), [self.listener], None, 30, cfg, Logger(cfg))
        made.prepare()
        made.PIPE = os.pipe()
        for end in made.PIPE:
            os.set_blocking(end, False)
        made.wsgi = self.app
        self.worker = made
        self.thread = threading.Thread(target=made.run, daemon=True)
        self.thread.start()
        self.clients: list[socket.socket] = []

    def client(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(self.listener.getsockname(), timeout=10)
        client.sendall(sent)
        self.clients.append(client)
        return client

    def ask(self, sent: bytes) -> Answer:
        return answer_of(self.client(sent))

    def stop(self) -> None:
        self.app.go.set()
        self.worker.alive = False
        os.write(self.worker.PIPE[1], b"\0")
        for client in self.clients:
            client.close()
        self.thread.join(10)
        self.listener.close()


def answer_of(client: socket.socket) -> Answer:
    """Status, headers and body of the next answer."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = client.recv(1)  # not a byte of the next
        assert more, f"hung up after {head!r}"
        head += more
    status, *lines = head.decode().strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    body, length = bytearray(), int(headers.get("Content-Length", 0))
    while len(body) < length:
        body += client.recv(min(65_536, length - len(body)))
    return int(status.split()[1]), headers, bytes(body)


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: a", *headers, "", ""]).encode()


def post(path: str, body: bytes, *headers: str) -> bytes:
    length = f"Content-Length: {len(body)}"
    lines = [f"POST {path} HTTP/1.1", "Host: a", length, *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.stop()


def test_silent_and_half_sent_connections_take_no_thread(served: Served) -> None:
    for sent in [b"", b"G", get("/a")[:-2], post("/api/v1/leads", b"12345")[:-1]] * 25:
        served.client(sent)

    assert served.ask(post("/echo", b"hello"))[::2] == (200, b"hello")
    assert served.app.asked == ["/echo"]


def test_a_request_in_pieces_is_answered_when_it_is_whole(served: Served) -> None:
    sent = post("/echo", b"hello")
    client = served.client()
    for byte in sent[:-1]:
        client.sendall(bytes([byte]))
    assert served.app.asked == []
    client.sendall(sent[-1:])

    assert answer_of(client)[2] == b"hello"


def test_a_client_may_stay_and_ask_ahead(served: Served) -> None:
    client = served.client(post("/unread", b"GET /evil HTTP/1.1\r\n\r\n") + get("/second"))

    assert answer_of(client)[2] == b"not looked at"
    assert answer_of(client)[0] == 200
    client.sendall(post("/third", b"3"))
    assert answer_of(client)[2] == b"3"
    assert served.app.asked == ["/unread", "/second", "/third"]


def test_half_a_request_is_told_so_in_the_end(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "READ_SECONDS", 0.1)

    status, headers, body = served.ask(post("/api/v1/leads", b"12345")[:-1])

    assert (status, headers["Content-Type"]) == (408, "application/problem+json")
    assert json.loads(body)["status"] == 408
    assert headers["X-Request-ID"]


def test_who_says_nothing_is_hung_up_on(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_SECONDS", 0.1)

    assert served.client().recv(100) == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (get("/" + "a" * 5_000), 414),
        (get("/", "A: " + "a" * 40_000), 431),
        (get("/", *["A: a"] * 101), 431),
        (b"nonsense / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/7.1\r\n\r\n", 400),
        (post("/", b"", "Content-Length: 3"), 400),
        (post("/", b"", "Transfer-Encoding: chunked"), 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked, x\r\n\r\n", 501),
        (get("/", "Expect: wonders"), 417),
        (get("/broken"), 500),
    ],
)
def test_what_the_server_answers_itself_is_a_page_or_below_api_a_problem(
    served: Served, sent: bytes, status: int
) -> None:
    found, headers, body = served.ask(sent)
    assert (found, headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert b"<h1>" in body

    if status != 500:
        found, headers, body = served.ask(sent.replace(b" /", b" /api/v1/", 1))
        assert (found, headers["Content-Type"]) == (status, "application/problem+json")
        assert json.loads(body)["status"] == status
    assert served.ask(get("/next"))[0] == 200


def test_while_all_threads_work_it_is_said_that_the_process_lives(served: Served) -> None:
    for _ in range(THREADS + 2):
        served.client(get("/wait"))
    eventually(lambda: len(served.app.asked) == THREADS)

    assert served.ask(get("/healthz"))[::2] == (200, b"ok\n")
    # Has a thread of its own.
    assert served.ask(get("/readyz"))[0] == 200


def test_who_waits_too_long_for_a_thread_is_refused_and_may_come_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "QUEUE_SECONDS", 0.1)
    for _ in range(THREADS):
        served.client(get("/wait"))
    eventually(lambda: len(served.app.asked) == THREADS)

    status, headers, _ = served.ask(get("/late"))

    assert (status, headers["Retry-After"]) == (503, "5")
    served.app.go.set()
    assert served.ask(get("/next"))[0] == 200
    assert "/late" not in served.app.asked


def test_what_is_long_is_read_by_few_threads_and_only_if_somebody_reads_it(served: Served) -> None:
    body = b"a" * 2_000_000
    held = served.client(post("/upload", body, "Expect: 100-continue")[: -len(body)])
    assert answer_of(held)[0] == 100
    others = [served.client(post("/upload", body)[:-1]) for _ in range(5)]

    assert served.ask(get("/next"))[0] == 200
    held.sendall(body)
    assert answer_of(held)[2] == body
    for other in others:
        other.sendall(b"a")
        assert len(answer_of(other)[2]) == len(body)


def test_who_takes_an_answer_slowly_takes_no_thread(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "KEPT_MOST", 30_000_000)
    slow = [served.client(get("/long")) for _ in range(THREADS + 1)]
    eventually(lambda: served.app.asked.count("/long") == len(slow))

    assert served.ask(get("/next"))[0] == 200
    assert len(answer_of(slow[0])[2]) == 20_000_000
    slow[0].sendall(post("/again", b"and on"))
    assert answer_of(slow[0])[2] == b"and on"


def test_where_there_is_room_for_no_more_the_oldest_silent_one_goes(served: Served) -> None:
    served.worker.most = 3
    oldest, *_ = [served.client() for _ in range(3)]

    assert served.ask(get("/next"))[0] == 200
    assert oldest.recv(100) == b""


def test_one_that_stops_answers_what_was_asked(served: Served) -> None:
    client = served.client(get("/wait"))
    eventually(lambda: served.app.asked)
    served.worker.handle_exit(15, None)
    os.write(served.worker.PIPE[1], b"\0")
    time.sleep(0.1)
    served.app.go.set()

    status, headers, _ = answer_of(client)

    assert status == 200
    served.thread.join(5)
    assert not served.thread.is_alive()


def test_nothing_stays_behind(served: Served) -> None:
    clients = [served.client(sent) for sent in (b"", b"G", post("/echo", b"1"))]
    assert served.ask(get("/" + "a" * 5_000))[0] == 414
    for client in clients:
        client.close()

    eventually(lambda: not served.worker.connections)
    assert served.worker.held == 0

import pytest

from leadportal.serving.arriving import HEAD_MAX, LINE_MAX, Arriving
from leadportal.serving.refusals import Refused
from leadportal.web import sizes

POST = b"POST /api/v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"


def arrived(data: bytes) -> Arriving:
    arriving = Arriving()
    arriving.take(data)
    return arriving


def test_a_request_is_there_with_its_last_byte_and_not_before() -> None:
    arriving = Arriving()

    for byte in POST + b"bod":
        arriving.take(bytes([byte]))
        assert not arriving.is_there
    arriving.take(b"y")

    assert arriving.is_there
    assert arriving.target == "/api/v1/leads"
    assert arriving.cut() == (POST, b"body", b"")


def test_what_comes_behind_a_request_waits_its_turn() -> None:
    head, body, left = arrived(POST + b"bodyGET / HTTP/1.1\r\n").cut()

    assert (head, body, left) == (POST, b"body", b"GET / HTTP/1.1\r\n")


def test_an_empty_line_before_a_request_is_passed_over() -> None:
    assert arrived(b"\r\nGET / HTTP/1.1\r\n\r\n").is_there


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/settings", sizes.PAGE_MAX),
        ("/api/v1/leads?a=/batch", sizes.API_MAX),
        ("/api/v1/leads/batch?dry_run=1", sizes.BATCH_MAX),
    ],
)
def test_a_body_that_not_everybody_may_send_comes_apart(path: str, most: int) -> None:
    head = "POST {} HTTP/1.1\r\nContent-Length: {}\r\n\r\n"

    assert not arrived(head.format(path, most).encode()).is_there
    apart = arrived(head.format(path, most + 1).encode())
    assert apart.is_there
    assert apart.is_apart


@pytest.mark.parametrize(
    "framing",
    [
        "Transfer-Encoding: chunked",
        "TRANSFER-encoding:gzip",
        "Content-Length: 4\r\nContent-Length: 4",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: +4",
        "Content-Length: " + "9" * 5_000,
    ],
)
def test_a_body_of_unclear_length_is_for_the_parser_to_refuse(framing: str) -> None:
    assert arrived(f"POST / HTTP/1.1\r\n{framing}\r\n\r\n".encode()).is_apart


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /api/" + b"a" * LINE_MAX, 414),
        (b"GET /api/" + b"a" * LINE_MAX + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /api/x HTTP/1.1\r\nA: " + b"a" * HEAD_MAX, 431),
        (b"GET /api/x HTTP/1.1\r\nA: " + b"a" * HEAD_MAX + b"\r\n\r\n", 431),
        (b"GET /api/x HTTP/1.1\nHost: a\n\n", 400),
    ],
)
def test_what_is_no_request_is_refused_as_soon_as_that_is_known(data: bytes, status: int) -> None:
    with pytest.raises(Refused) as refused:
        arrived(data)

    assert refused.value.status == status
    assert refused.value.target.startswith("/api/")

"""Asking a server outside: what comes back whole and in time, and never one of our own network."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadportal.web import outside
from leadportal.web.outside import NoAnswer
from tests.outside import answer, served


@pytest.fixture
def server(settings):
    settings.MAY_CALL = ["127.0.0.0/8"]
    with served() as server:
        yield server


def test_an_answer_comes_back_whole(server):
    server.says = lambda head: answer(418, b'{"a": 1}', X_Kind="teapot")

    said = outside.get(f"{server.address}/lead?a=1", {"Authorization": "Bearer t"})

    assert (said.status, said.body, said.headers["x-kind"]) == (418, b'{"a": 1}', "teapot")
    (asked,) = server.asked
    assert asked.startswith("GET /lead?a=1 HTTP/1.1\r\n")
    assert "Authorization: Bearer t" in asked and f"Host: 127.0.0.1:{server.port}" in asked


def test_a_redirect_is_an_answer_and_followed_nowhere(server):
    with served() as inside:
        server.says = lambda head: answer(302, Location=f"{inside.address}/secrets")

        assert outside.get(server.address, {}).status == 302

        assert inside.connections == 0


def test_what_is_sent_in_pieces_without_a_length_is_read(server):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.says = lambda _: [head, b"2\r\n{}\r\n", 0.01, b"1\r\n \r\n0\r\n\r\n"]
    assert outside.get(server.address, {}).body == b"{} "

    server.says = lambda _: b"HTTP/1.0 200 OK\r\n\r\n{}"
    assert outside.get(server.address, {}).body == b"{}"


@pytest.mark.parametrize("length", ["Content-Length: 999999999", "X: y"])
def test_no_more_is_read_than_there_is_room_for(server, length):
    head = f"HTTP/1.1 200 OK\r\n{length}\r\n\r\n".encode()
    server.says = lambda _: [head, *[b"x" * 65536] * 64]

    with pytest.raises(NoAnswer, match="sent more than 256 kB") as told:
        outside.get(server.address, {})

    assert told.value.is_lasting


@pytest.mark.parametrize(
    "said",
    [
        [b"HTTP/1.1 200 OK\r\n", 30.0],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", *[b"x", 0.05] * 500],
        [b"HTTP/1.1 200 OK\r\n", *[b"X-Slow: y\r\n", 0.05] * 500],
        [30.0],
    ],
    ids=["stops", "drips", "drips headers", "says nothing"],
)
def test_who_is_slow_is_not_waited_for(server, monkeypatch, said):
    monkeypatch.setattr(outside, "WHOLE", 0.4)
    server.says = lambda _: said

    with pytest.raises(NoAnswer, match="did not answer in time") as told:
        outside.get(server.address, {})

    assert not told.value.is_lasting


@pytest.mark.parametrize(
    "said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"]
)
def test_what_breaks_off_is_no_answer(server, said):
    server.says = lambda _: said

    with pytest.raises(NoAnswer, match=r"broke off|could not be reached"):
        outside.get(server.address, {})


INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
    *("100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "localhost"),
    *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]", "[::ffff:10.0.0.1]"),
    *("[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]"),
    *("[2001:0:0:0:0:0:80ff:fffe]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"),
]


@pytest.mark.parametrize("host", INSIDE)
def test_no_server_of_our_own_network_is_asked(settings, host):
    settings.MAY_CALL = []
    with served() as inside:
        for scheme in ("http", "https"):
            with pytest.raises(NoAnswer, match=r"private network|not found"):
                outside.get(f"{scheme}://{host}:{inside.port}/", {})

        assert inside.connections == 0


def test_one_private_address_of_several_is_enough(settings, monkeypatch):
    settings.MAY_CALL = []
    found = [(2, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(NoAnswer, match="private network"):
        outside.get("https://graph.example/", {})


def test_outside_nothing_is_asked_without_tls(settings):
    settings.MAY_CALL = []

    with pytest.raises(NoAnswer, match="https only"):
        outside.get("http://93.184.216.34/", {})


def test_a_name_nobody_knows_and_a_port_nobody_serves_are_no_answers(server):
    server.close()

    with pytest.raises(NoAnswer, match="could not be reached"):
        outside.get(server.address, {})
    with pytest.raises(NoAnswer, match="not found"):
        outside.get("https://nobody.invalid/", {})


def test_who_cannot_prove_who_it_is_is_told_nothing(settings, tmp_path):
    settings.MAY_CALL = ["127.0.0.0/8"]
    with served(_certified(tmp_path)) as server:
        with pytest.raises(NoAnswer, match="could not prove who it is"):
            outside.get(f"https://127.0.0.1:{server.port}/", {"Authorization": "Bearer t"})

        assert (server.connections, server.asked) == (1, [])


def _certified(folder):
    """With a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "both.pem").write_bytes(pem + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context

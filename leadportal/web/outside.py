"""Asking a server outside: never one of our own network, never for long, never for much.

A name is looked up once, each of its addresses is judged, and the connection goes to one that was.
A redirect is an answer like any other, and no proxy of the environment is asked.
"""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings

Address = IPv4Address | IPv6Address
# Seconds: until it is connected, and in all.
CONNECT, WHOLE = 5.0, 15.0
BODY_MAX = 256 * 1024
# What Python calls global, or did in some version, and is not.
_INSIDE = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "198.18.0.0/15"),
        *("fc00::/7", "fec0::/10", "fe80::/10", "64:ff9b:1::/48"),
    )
]
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Answer:
    """What a server said; its headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """No whole answer came; says why as the rest of a sentence that begins with who was asked.

    `is_lasting`: asking once more is no use as long as nobody changes anything.
    """

    def __init__(self, why: str, *, is_lasting: bool = False) -> None:
        super().__init__(why)
        self.is_lasting = is_lasting


def get(url: str, headers: Mapping[str, str]) -> Answer:
    """Ask for this https address, with no more than BODY_MAX bytes to come. Raises NoAnswer."""
    parts, deadline = urlsplit(url), time.monotonic() + WHOLE
    is_tls = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_tls else 80)
    target = parts._replace(scheme="", netloc="").geturl()
    try:
        with closing(_connected(host, port, is_tls, deadline)) as connected:
            connection = HTTPConnection(host, port)
            connection.sock = cast(Any, _Timed(connected, deadline))
            sent = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
            connection.request("GET", target, headers=sent)
            response = connection.getresponse()
            body = response.read(BODY_MAX + 1)
            if len(body) > BODY_MAX:
                raise NoAnswer(f"sent more than {BODY_MAX // 1024} kB", is_lasting=True)
            if response.length:
                raise NoAnswer("broke off in the middle")
            said = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, said, body)
    except TimeoutError:
        raise NoAnswer("did not answer in time") from None
    except socket.gaierror:
        raise NoAnswer("was not found: its name is not known here") from None
    except ssl.SSLError as error:
        raise NoAnswer(f"could not prove who it is ({error.reason})") from None
    except (OSError, HTTPException) as error:
        raise NoAnswer(f"could not be reached ({type(error).__name__})") from None


# --- where a connection may go -----------------------------------------------------------------


def _connected(host: str, port: int, is_tls: bool, deadline: float) -> socket.socket:
    """A connection to the first of its addresses that answers. Raises NoAnswer or OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        _judge(str(place[0]), is_tls)
    problem: OSError = TimeoutError()
    for family, kind, proto, _, place in found:
        one = socket.socket(family, kind, proto)
        try:
            one.settimeout(min(CONNECT, _left(deadline)))
            one.connect(place)
            one.settimeout(_left(deadline))
            return _tls().wrap_socket(one, server_hostname=host) if is_tls else one
        except OSError as error:
            one.close()
            problem = error
    raise problem


def _judge(text: str, is_tls: bool) -> None:
    """Raises NoAnswer for an address that is not of the public net, and for one without TLS."""
    address = _unwrapped(ip_address(text.partition("%")[0]))
    if any(address in ip_network(network) for network in settings.MAY_CALL):
        return
    inside = not address.is_global or address.is_multicast
    if inside or any(address in network for network in _INSIDE):
        why = "is at an address of a private network here, where nothing is asked"
        raise NoAnswer(why, is_lasting=True)
    if not is_tls:
        raise NoAnswer("is asked by https only", is_lasting=True)


def _unwrapped(address: Address) -> Address:
    """The address of the old net that one of the new net stands for; else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


# --- time --------------------------------------------------------------------------------------


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """A socket whose every wait ends at the deadline, however slowly something drips in."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected, self._deadline = connected, deadline

    def sendall(self, data: bytes) -> None:
        self._connected.settimeout(_left(self._deadline))
        self._connected.sendall(data)

    def receive(self, buffer: Any) -> int:
        self._connected.settimeout(_left(self._deadline))
        return self._connected.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Stream(self))

    def close(self) -> None:
        """Whoever connected closes; http.client does before it has read all."""


class _Stream(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._timed.receive(buffer)

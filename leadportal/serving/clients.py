"""Clients: taken, read, written to and hung up on, by the loop alone; see worker.py."""

import resource
import selectors
import socket
import sys
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers import base

from leadportal.serving import refusals
from leadportal.serving.connection import (
    PROCEED,
    READ_SECONDS,
    SLOWEST,
    STALLED_SECONDS,
    Connection,
)
from leadportal.serving.refusals import Refused

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
# Kept for clients that hang up without our answer, or that may just be asking again while we stop.
LINGER_SECONDS = 2.0
ACCEPT_AT_ONCE = 64
CONNECTIONS_MOST = 4096
# Files that are no connections: the database's, logs, static files.
OTHER_FILES = 256
# Of requests that are not there yet, and of answers nobody takes, a process keeps so much.
HELD_MOST = 64 * 1024 * 1024


class Clients(base.Worker, ABC):
    """A request that is there goes to `_begin`; `_end_late` ends what is late or too much."""

    alive: bool

    def prepare(self) -> None:
        """Everything of this process alone, made after it was forked."""
        self.poller = selectors.DefaultSelector()
        self.connections: dict[Connection, None] = {}  # in the order they came
        self.held = 0
        self.listens = False
        self.most = min(CONNECTIONS_MOST, _allowed_files() - OTHER_FILES)

    @abstractmethod
    def _begin(self, connection: Connection) -> bool:
        """Hand a request over, if it is there; whether it was."""

    def _end_late(self, now: float) -> None:
        for connection in [one for one in self.connections if one.awaited and one.deadline < now]:
            self._give_up(connection)
        kept = sum(connection.unsent_bytes for connection in self.connections)
        for connection in list(self.connections):
            if kept <= HELD_MOST:
                break
            if connection.awaited == WRITE:
                kept -= connection.unsent_bytes
                self._close(connection)

    def _give_up(self, connection: Connection) -> None:
        if connection.awaited == READ and connection.arriving.data and not connection.lingers:
            self._refuse(connection, 408)
        else:
            self._close(connection)

    # --- clients come and go ----------------------------------------------------------------

    def _listen(self, wanted: bool) -> None:
        for listener in self.sockets if wanted != self.listens else ():
            if wanted:
                listener.setblocking(False)
                self.poller.register(listener, READ, partial(self._accept, listener))
            else:
                self.poller.unregister(listener)
        self.listens = wanted

    def _accept(self, listener: Any) -> None:
        for _ in range(ACCEPT_AT_ONCE):
            try:
                client, address = listener.accept()
            except BlockingIOError:
                return
            except OSError:  # it hung up already, or there are no more files
                self._make_room()
                return
            connection = Connection(client, address, listener.getsockname())
            self.connections[connection] = None
            if len(self.connections) > self.most:
                self._make_room()
            self._read(connection)
            if not connection.awaited and not connection.arriving.is_there:
                self._await(connection, READ)

    def _make_room(self) -> None:
        """Close the one that has kept us waiting longest."""
        for connection in self.connections:
            if connection.awaited:
                self._close(connection)
                return

    def _await(self, connection: Connection, events: int) -> None:
        """Look at it again when it can be read or written, or not, with 0."""
        if events == connection.awaited or connection not in self.connections:
            return
        if not connection.awaited:
            ready = partial(self._flush if events == WRITE else self._read, connection)
            self.poller.register(connection.sock, events, ready)
        elif not events:
            self.poller.unregister(connection.sock)
        else:
            ready = partial(self._flush if events == WRITE else self._read, connection)
            self.poller.modify(connection.sock, events, ready)
        connection.awaited = events

    def _close(self, connection: Connection) -> None:
        if connection in self.connections:
            self._await(connection, 0)
            self.held -= len(connection.arriving.data)
            del self.connections[connection]
            connection.sock.close()

    # --- a request comes -------------------------------------------------------------------

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(16_384)
        except BlockingIOError:
            return
        except OSError:
            self._close(connection)
            return
        if not data:
            self._close(connection)
        elif not connection.lingers:
            self._take(connection, data)

    def _take(self, connection: Connection, data: bytes | bytearray) -> None:
        arriving = connection.arriving
        before = len(arriving.data)
        if not before:  # the first of a request
            connection.deadline = time.monotonic() + READ_SECONDS
        try:
            arriving.take(data)
        except Refused as refused:
            self.held += len(arriving.data) - before
            self._refuse(connection, refused.status, refused.target)
            return
        self.held += len(arriving.data) - before
        if not self._begin(connection) and arriving.head:
            self._wait_for_body(connection, before)

    def _wait_for_body(self, connection: Connection, before: int) -> None:
        arriving = connection.arriving
        if before < arriving.head:
            connection.deadline += arriving.length / SLOWEST
        if connection.is_waited_for():
            with suppress(OSError):
                connection.sock.send(PROCEED)
        while self.held > HELD_MOST and connection in self.connections:
            self._make_room()

    # --- an answer goes --------------------------------------------------------------------

    def _write_on(self, connection: Connection) -> None:
        if connection.unsent:
            connection.deadline = time.monotonic() + STALLED_SECONDS
            self._await(connection, WRITE)
        elif connection.stays:
            self._read_on(connection)
        else:
            self._hang_up(connection)

    def _flush(self, connection: Connection) -> None:
        try:
            connection.flush()
        except OSError:
            self._close(connection)
        else:
            self._write_on(connection)

    def _read_on(self, connection: Connection) -> None:
        """The next request of a client that has its answer."""
        self._await(connection, 0)
        self.held -= len(connection.arriving.data)
        self.connections[connection] = self.connections.pop(connection)  # the newest again
        stays = self.cfg.keepalive if self.alive else min(LINGER_SECONDS, self.cfg.keepalive)
        connection.deadline = time.monotonic() + stays
        if left := connection.next_request():
            self._take(connection, left)
        if not connection.awaited and not connection.arriving.is_there:
            self._await(connection, READ)

    def _hang_up(self, connection: Connection) -> None:
        """Let what is still on its way come, or the client might lose its answer over it."""
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return
        connection.lingers = True
        connection.deadline = time.monotonic() + LINGER_SECONDS
        self._await(connection, READ)

    def _refuse(self, connection: Connection, status: int, target: str | None = None) -> None:
        asked = connection.arriving.target if target is None else target
        self._say(connection, refusals.answer(status, asked))

    def _say(self, connection: Connection, said: bytes) -> None:
        """Answer in the loop, without a thread, and hang up."""
        connection.stays = False
        connection.sendall(said)
        self._flush(connection)


def _allowed_files() -> int:
    """How many files this process may have open, once it has asked for all it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MOST + OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        return allowed
    return soft if soft != resource.RLIM_INFINITY else sys.maxsize

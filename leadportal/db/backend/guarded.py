"""Connections that wait for no answer longer than its statement may take.

A server that is frozen, or behind a network that is lost, ends no statement and closes no socket.
One thread of each process looks which connection waits too long and shuts it, so that whoever waits
gets an OperationalError. From then on nobody asks, but for one now and then who tries whether the
server is back; the others are told at once. A statement that is answered pays for two attributes;
psycopg2's own callback for waiting costs twice that, and allows no COPY.

Behind a pooler, which gives each transaction another connection, no setting of the start lasts:
there each transaction begins with them.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

import psycopg2
from django.conf import settings
from psycopg2 import extensions

# So often the thread looks, and so long a server that was found frozen is not tried again.
LOOK_SECONDS = 0.2
REST_SECONDS = 1.0
IDLE = extensions.TRANSACTION_STATUS_IDLE
_execute = extensions.cursor.execute
_fetchmany = extensions.cursor.fetchmany
_commit = extensions.connection.commit
_rollback = extensions.connection.rollback


class Connection(extensions.connection):
    """What psycopg2 makes where settings.DATABASES says so; raises its errors.

    `since` is when it began to wait for an answer, 0 while it does not; `seconds`, how long it may;
    `answered`, when it did last.
    """

    since = 0.0
    answered = 0.0

    def __init__(self, dsn: str, *args: Any, **kwargs: Any) -> None:
        self.seconds: float = settings.DATABASE_SECONDS
        self.begin_with: str = settings.BEHIND_POOLER
        with watch.connecting():
            super().__init__(dsn, *args, **kwargs)
        watch.over(self)

    def commit(self) -> None:
        self.since = time.monotonic()
        try:
            _commit(self)
        finally:
            self.since = 0.0

    def rollback(self) -> None:
        self.since = time.monotonic()
        try:
            _rollback(self)
        finally:
            self.since = 0.0


class Cursor(extensions.cursor):
    connection: Connection

    def execute(self, query: Any, vars: Any = None) -> None:
        connection = self.connection
        if connection.begin_with and connection.info.transaction_status == IDLE:
            if self.name is None:
                query = connection.begin_with + _text(self, query)
            else:  # the server keeps a cursor for one statement alone
                with connection.cursor() as first:
                    first.execute("SELECT 1")
        connection.since = time.monotonic()
        try:
            _execute(self, query, vars)
            connection.answered = connection.since
        finally:
            connection.since = 0.0

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        size = self.arraysize if size is None else size
        if self.name is None:  # all of it is here already
            return _fetchmany(self, size)
        self.connection.since = time.monotonic()
        try:
            return _fetchmany(self, size)
        finally:
            self.connection.since = 0.0


def _text(cursor: Cursor, query: Any) -> str:
    if isinstance(query, bytes):
        return query.decode()
    return query if isinstance(query, str) else query.as_string(cursor)


@contextmanager
def waiting_at_most(connection: Any, seconds: float) -> Iterator[None]:
    """For a while no answer on this connection of Django, if it is open, is waited for longer."""
    raw = connection.connection
    if raw is None:
        yield
        return
    usual, raw.seconds = raw.seconds, seconds
    try:
        yield
    finally:
        raw.seconds = usual


class Watch:
    """Over the connections of this process; knows whether the server is frozen."""

    def __init__(self) -> None:
        self.connections: WeakSet[Connection] = WeakSet()
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()
        self.trying = threading.Lock()
        self.frozen_at: float | None = None

    def over(self, connection: Connection) -> None:
        with self.lock:
            self.connections.add(connection)
            if self.thread is None:
                self.thread = threading.Thread(target=self._look, name="database", daemon=True)
                self.thread.start()

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self.lock:
                connections = list(self.connections)
            for connection in connections:
                since = connection.since
                if since and time.monotonic() > since + connection.seconds:
                    self._shut(connection, since)
            connections.clear()

    def _shut(self, connection: Connection, since: float) -> None:
        with (
            suppress(OSError, psycopg2.Error),
            socket.socket(fileno=os.dup(connection.fileno())) as same,
        ):
            # Still the same wait: so it was open, and its number no other file's.
            if connection.since == since:
                self.frozen_at = time.monotonic()
                same.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Once the server was found frozen, one at a time tries whether it answers again."""
        frozen_at = self.frozen_at
        if frozen_at is None:
            with self._noting():
                yield
            return
        if time.monotonic() < frozen_at + REST_SECONDS or not self.trying.acquire(blocking=False):
            raise psycopg2.OperationalError("The database did not answer a moment ago.")
        try:
            with self._noting():
                yield
        finally:
            self.trying.release()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except psycopg2.OperationalError:
            # A server that is down refuses at once; one that is frozen lets us wait.
            if time.monotonic() > began + REST_SECONDS:
                self.frozen_at = time.monotonic()
            raise
        self.frozen_at = None


watch = Watch()


def _begin_anew() -> None:
    """Threads stay behind in the process that this one was forked from."""
    global watch
    watch = Watch()


os.register_at_fork(after_in_child=_begin_anew)

"""The worker that gunicorn runs: one loop that reads and writes, threads that work.

A client that sends nothing, half a request or one byte a second, or takes its answer as slowly, is
a socket in a list and no more. `/healthz` is answered by the loop, whatever the threads do, and
`/readyz` has a thread of its own.
"""

import os
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.http.parser import RequestParser

from leadportal.serving import refusals
from leadportal.serving.clients import LINGER_SECONDS, READ, Clients
from leadportal.serving.connection import Connection

# So often the loop looks what is late.
LOOK_SECONDS = 0.5
# A request that found no thread for so long is refused: its answer would come too late.
QUEUE_SECONDS = 3.0
# An upload may wait longer for one of the few threads that read what is long.
APART_SECONDS = 30.0


class LoopWorker(Clients):
    def init_process(self) -> None:
        self.prepare()
        super().init_process()

    def prepare(self) -> None:
        super().prepare()
        self.done: deque[Callable[[], None]] = deque()  # left by threads, for the loop
        self.waiting: deque[tuple[float, Connection, Future[bool]]] = deque()
        self.apart: deque[tuple[float, Connection]] = deque()
        self.apart_free = max(1, self.cfg.threads // 2)
        self.threads = ThreadPoolExecutor(self.cfg.threads, thread_name_prefix="request")
        self.probes = ThreadPoolExecutor(1, thread_name_prefix="probe")

    # --- the loop --------------------------------------------------------------------------

    def run(self) -> None:
        # Signals write to this pipe, and threads that are done.
        self.poller.register(self.PIPE[0], READ, self._woken)
        self._listen(True)
        look = 0.0
        while self.alive:
            look = self._turn(look)
            if self.ppid != os.getppid():
                break
        self._stop(look)

    def _stop(self, look: float) -> None:
        """Answer what is asked and what is on its way, then leave."""
        self._listen(False)
        now = time.monotonic()
        for connection in self.connections:
            connection.deadline = min(connection.deadline, now + LINGER_SECONDS)
        last = now + self.cfg.graceful_timeout
        while self.connections and time.monotonic() < last:
            look = self._turn(look)
        for pool in (self.threads, self.probes):
            pool.shutdown(wait=False, cancel_futures=True)

    def _turn(self, look: float) -> float:
        """Do what there is to do; when to look again what is late."""
        self.notify()
        for key, _ in self.poller.select(LOOK_SECONDS):
            key.data()
        if (now := time.monotonic()) < look:
            return look
        self._look(now)
        return now + LOOK_SECONDS

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.PIPE[0], 4096)
        while self.done:
            self.done.popleft()()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # full: it wakes anyway
            os.write(self.PIPE[1], b"\0")

    def _look(self, now: float) -> None:
        """End what is too late or too much."""
        self._end_late(now)
        while self.waiting and self.waiting[0][0] < now:
            _, connection, future = self.waiting.popleft()
            if future.cancel():
                self._next_apart(connection)
                self._refuse(connection, 503)
        while self.apart and self.apart[0][0] < now:
            self._refuse(self.apart.popleft()[1], 503)

    # --- a request is there ----------------------------------------------------------------

    def _begin(self, connection: Connection) -> bool:
        """Hand a request over, if it is there; whether it was."""
        arriving = connection.arriving
        if not arriving.is_there:
            return False
        path = arriving.target.partition("?")[0]
        if path == "/healthz" and arriving.data.startswith((b"GET ", b"HEAD ")):
            said = refusals.healthy(is_head=arriving.data.startswith(b"HEAD "))
            self._say(connection, said)
            return True
        self._await(connection, 0)
        if not arriving.is_apart:
            self._submit(connection, self.probes if path == "/readyz" else self.threads)
        elif self.apart_free:
            self.apart_free -= 1
            self._submit(connection, self.threads)
        else:
            self.apart.append((time.monotonic() + APART_SECONDS, connection))
        return True

    def _submit(self, connection: Connection, pool: ThreadPoolExecutor) -> None:
        future = pool.submit(self._serve, connection)
        self.waiting.append((time.monotonic() + QUEUE_SECONDS, connection, future))
        while self.waiting and self.waiting[0][2].done():
            self.waiting.popleft()
        future.add_done_callback(partial(self._left, connection))

    def _left(self, connection: Connection, future: Future[bool]) -> None:
        """Called in the thread that is done with it."""
        if not future.cancelled():
            self.done.append(partial(self._finish, connection, future))
            self._wake()

    # --- in a thread -----------------------------------------------------------------------

    def _serve(self, connection: Connection) -> bool:
        """Answer one request; whether the client may ask again."""
        target = connection.arriving.target
        try:
            return self._answer(connection)
        except (NoMoreData, StopIteration, OSError):  # they hung up, or stalled
            connection.take_back()
        except BaseException as error:  # also SystemExit: the loop decides when this process ends
            status = refusals.status_of(error)
            if status == 500:
                self.log.exception("Error handling request")
            if connection.take_back():
                connection.sendall(refusals.answer(status, target))
        return False

    def _answer(self, connection: Connection) -> bool:
        head, body, connection.left = connection.arriving.cut()
        request = next(RequestParser(self.cfg, connection.pieces(head, body), connection.client))
        response, environ = wsgi.create(
            request, connection, connection.client, connection.server, self.cfg
        )
        environ["wsgi.multithread"] = True
        self._count()
        if connection.arriving.is_apart or not self.alive:
            response.force_close()
        answered = self.wsgi(environ, response.start_response)
        try:
            if isinstance(answered, environ["wsgi.file_wrapper"]):
                response.write_file(answered)
            else:
                for part in answered:
                    response.write(part)
            response.close()
        finally:
            if hasattr(answered, "close"):
                answered.close()
        connection.flush()
        return not response.should_close()

    def _count(self) -> None:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False

    def _finish(self, connection: Connection, future: Future[bool]) -> None:
        connection.stays = future.result()
        self._next_apart(connection)
        self._flush(connection)

    def _next_apart(self, connection: Connection) -> None:
        """Where this one was apart, it is the turn of another."""
        if not connection.arriving.is_apart:
            return
        if self.apart:
            self._submit(self.apart.popleft()[1], self.threads)
        else:
            self.apart_free += 1

    # --- signals ---------------------------------------------------------------------------

    def handle_exit(self, sig: int, frame: Any) -> None:
        self.alive = False  # the signal itself has woken the loop

    def handle_quit(self, sig: int, frame: Any) -> None:
        for pool in (self.threads, self.probes):
            pool.shutdown(wait=False, cancel_futures=True)
        super().handle_quit(sig, frame)

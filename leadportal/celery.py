"""The worker drains what is due. Messages say nothing but "drain": losing them loses time only."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadportal.settings")

import structlog  # noqa: E402
from celery import Celery, Task, signals  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.db import close_old_connections, connections  # noqa: E402
from django.utils.module_loading import module_has_submodule  # noqa: E402
from kombu import Exchange, Queue  # noqa: E402
from kombu.transport import redis  # noqa: E402

from leadportal import collector, gathering  # noqa: E402
from leadportal.db import sweeps  # noqa: E402
from leadportal.db.sweeps import Sweep  # noqa: E402
from leadportal.local import processes, variables  # noqa: E402

# A message that was not taken for so long is dropped, if its sweep is not asked for more rarely.
LEAST_PATIENCE_SECONDS = 10.0
TASK_PREFIX = "sweep."
# So long after its last work a process keeps its connection, with what is planned on it.
WARM_SECONDS = 10.0
_worked = {"at": -WARM_SECONDS}


class Receipts(redis.QoS):
    """Messages in hand when the broker dies are forgotten with it: the sweep is the retry.

    To acknowledge one, or to put it back, over the connection that is gone would end the worker.
    """

    restore_at_shutdown = False

    def ack(self, delivery_tag: str) -> None:
        if not self.channel.closed:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if not self.channel.closed:
            super().reject(delivery_tag, requeue)


redis.Channel.QoS = Receipts


def queue_of(name: str, *_: object, **__: object) -> dict[str, str] | None:
    """Where the messages of the task with this name go; Celery asks it for each of them."""
    sweep = sweeps.SWEEPS.get(name.removeprefix(TASK_PREFIX))
    return {"queue": sweep.queue} if sweep else None


app = Celery("leadportal", set_as_current=True)
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_timeout=2,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 0.2,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    task_publish_retry=False,  # the sweep is the retry
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    task_soft_time_limit=60,
    task_time_limit=90,
    task_queues=[Queue(name, Exchange(name), name) for name in sweeps.QUEUES],
    task_default_queue="score",
    task_routes=[queue_of],
    worker_prefetch_multiplier=1,
    worker_concurrency=variables.whole_number("WORKER_CONCURRENCY", 2, least=1, most=1000),
    # Terminate lets the running batch finish and leaves at once after it. Remapping it to this soft
    # stop would sleep the whole time whenever a task was running, finished or not (Celery 5.7).
    worker_soft_shutdown_timeout=25.0,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    enable_utc=True,
    timezone="UTC",
    beat_max_loop_interval=2,
    # Celery would give up a connection, with all that is planned on it, before and after each task.
    CELERY_DB_REUSE_MAX=sys.maxsize,
)


def gather_sweeps() -> None:
    """Make each row of every app's SWEEPS a task of its queue, asked for once a period.

    To be called when all apps are loaded, in every process: who nudges needs the tasks, too.
    """
    found = list(_declared())
    sweeps.SWEEPS.clear()
    for sweep in found:
        if sweep.name in sweeps.SWEEPS:
            raise ImproperlyConfigured(f"Two sweeps are named {sweep.name}.")
        sweeps.SWEEPS[sweep.name] = sweep
        _make_task(sweep)
    # What is due is found in the database; this only says "look". A look finds nothing for as
    # little as one index probe, so twice as many as needed do no harm.
    app.conf.beat_schedule = {
        sweep.name: {"task": _task_name(sweep.name), "schedule": sweep.period} for sweep in found
    }


def task_of(name: str) -> Task:
    """The task of the sweep with this name; its messages carry no more than that."""
    return app.tasks[_task_name(name)]


def _declared() -> Iterator[Sweep]:
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "sweeps"):
            yield from import_module(f"{config.name}.sweeps").SWEEPS


def _make_task(sweep: Sweep) -> None:
    # A worker that was away must not find an hour of the same request.
    expires = max(sweep.period.total_seconds(), LEAST_PATIENCE_SECONDS)

    @app.task(name=_task_name(sweep.name), shared=False, expires=expires)
    def drain() -> bool:
        look = gathering.drain(sweep)
        if look.left:
            drain.apply_async()
        return look.did


def _task_name(name: str) -> str:
    return f"{TASK_PREFIX}{name}"


@signals.task_prerun.connect
@signals.task_postrun.connect
def forget_what_was_logged(**_: object) -> None:
    """A task's log lines say nothing of the task before it in this process."""
    structlog.contextvars.clear_contextvars()


@signals.task_prerun.connect
@signals.task_postrun.connect
def renew_connections(sender: Task | None = None, retval: object = None, **_: object) -> None:
    """As between two requests: what is broken or a minute old is given up (CONN_MAX_AGE).

    Where there was nothing to do for a while, so is what is warm: it takes ten megabytes. A task
    that is called in place leaves its caller the connection.
    """
    if sender and sender.request.is_eager:
        return
    if retval:
        _worked["at"] = time.monotonic()
    if retval is False and time.monotonic() > _worked["at"] + WARM_SECONDS:
        connections.close_all()
    else:
        close_old_connections()


@signals.worker_process_init.connect
@signals.beat_embedded_init.connect
def end_with_the_worker(**_: object) -> None:
    """A killed worker takes its pool and its beat along."""
    processes.end_with_parent(os.getppid(), signal.SIGKILL)


@signals.worker_init.connect
def settle_before_forking(**_: object) -> None:
    collector.settle()


@signals.worker_ready.connect
def forget_what_was_drained(**_: object) -> None:
    gathering.forget_drains()


@signals.worker_ready.connect
def say_ready(**_: object) -> None:
    """For the supervisor, which could ask over the broker only by importing all of this."""
    if path := os.environ.get("WORKER_READY"):
        Path(path).touch()


@signals.setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Being connected is enough: Celery leaves the logging of settings.py alone."""

"""The worker drains what is due. Messages say nothing but "drain": losing them loses time only."""

import os
import signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadportal.settings")

from celery import Celery, signals  # noqa: E402
from django.conf import settings  # noqa: E402
from kombu import Exchange, Queue  # noqa: E402
from kombu.transport import redis  # noqa: E402

from leadportal import local  # noqa: E402


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
    task_queues=[Queue(name, Exchange(name), name) for name in ("score", "deliver", "bulk")],
    task_default_queue="score",
    task_routes={"leads.tasks.count_impact": {"queue": "bulk"}},
    worker_prefetch_multiplier=1,
    worker_concurrency=2,
    # Terminate lets the running batch finish and leaves at once after it. Remapping it to this soft
    # stop would sleep the whole time whenever a task was running, finished or not (Celery 5.7).
    worker_soft_shutdown_timeout=25.0,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    enable_utc=True,
    timezone="UTC",
    # What is due is found in the database; this only says "look". A look finds nothing for as
    # little as one index probe, so twice as many as needed do no harm.
    beat_schedule={
        "drain": {
            "task": "leads.tasks.drain",
            "schedule": 2.0,
            # A worker that was away must not find an hour of the same request.
            "options": {"queue": "score", "expires": 10},
        },
        "count_impact": {
            "task": "leads.tasks.count_impact",
            "schedule": 5.0,
            "options": {"queue": "bulk", "expires": 10},
        },
        "forget_answers": {
            "task": "leads.tasks.forget_answers",
            "schedule": 3600.0,
            "options": {"queue": "bulk", "expires": 3600},
        },
        "forget_scores": {
            "task": "leads.tasks.forget_scores",
            "schedule": 3600.0,
            "options": {"queue": "bulk", "expires": 3600},
        },
    },
    beat_max_loop_interval=2,
)
app.autodiscover_tasks(["leads"])


@signals.worker_process_init.connect
@signals.beat_embedded_init.connect
def end_with_the_worker(**_: object) -> None:
    """A killed worker takes its pool and its beat along."""
    local.end_with_parent(os.getppid(), signal.SIGKILL)


@signals.setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Being connected is enough: Celery leaves the logging of settings.py alone."""

"""How the web process serves; read by gunicorn -c python:leadportal.gunicorn."""

import os
from typing import Any

from leadportal import collector
from leadportal.local import variables

wsgi_app = "leadportal.wsgi:application"
bind = variables.netloc(variables.host(), variables.port())
# Pages wait for the database more than they compute: few processes, some threads.
workers = variables.web_processes()
threads = variables.whole_number("WEB_THREADS", 4, least=1, most=1000)
# Threads get requests that are there, whole: leadportal/serving.
worker_class = "leadportal.serving.worker.LoopWorker"
# A client that stays is a socket in a list; a page of ours asks again after five seconds.
keepalive = 15
# For a developer: start anew when code changes.
reload = bool(os.environ.get("WEB_RELOAD"))
# Loaded once and then forked: what nobody writes is in memory once. Else each loads its own.
preload_app = not reload
timeout = 30
graceful_timeout = 20
# Processes are replaced now and then, never all at once.
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
logger_class = "leadportal.gunicorn_logs.Lines"


def when_ready(_: Any) -> None:
    """Everything is loaded, and nothing forked yet."""
    collector.settle()

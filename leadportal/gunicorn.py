"""How the web process serves; read by gunicorn -c python:leadportal.gunicorn."""

import os

wsgi_app = "leadportal.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# Pages wait for the database more than they compute: few processes, some threads.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 30
graceful_timeout = 20
# Processes are replaced now and then, never all at once.
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True

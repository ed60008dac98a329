# Two stages: the first installs the locked packages and collects the static files, the second runs them.
FROM python:3.13.9-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes -r requirements.txt
COPY manage.py pyproject.toml ./
COPY taskmanager taskmanager
COPY workitems workitems
COPY templates templates
COPY static static
COPY locale locale
# collectstatic needs a bootable configuration, and uses none of it.
RUN SECRET_KEY=only-for-this-build-step-and-never-again-0123456789abcdef \
    PUBLIC_URL=https://localhost ISC_BASE_URL=https://localhost OIDC_CLIENT_ID=build \
    DATABASE_URL=sqlite:////tmp/build.sqlite3 \
    /venv/bin/python manage.py collectstatic --noinput

FROM python:3.13.9-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin tasks \
    && mkdir /data && chown tasks /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# As a number, which orchestrators can check to be none of root's.
USER 10001
# Two arenas: glibc keeps freed memory apart by thread, some 6 MB in each worker.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 HEALTH_PORT=8002 DATABASE_URL=sqlite:////data/my-tasks.sqlite3
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8002/healthz', timeout=3)"]
CMD ["sh", "taskmanager/serve.sh"]

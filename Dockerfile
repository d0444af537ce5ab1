# One image for web, worker, beat and migrations. The first stage installs, the second runs what was installed.
FROM python:3.12-slim AS build
RUN python -m venv /venv
COPY requirements/run.txt /
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement /run.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
RUN groupadd --system --gid 10001 supportnet \
    && useradd --system --uid 10001 --gid supportnet --no-create-home --shell /usr/sbin/nologin supportnet
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# The key is for this one command and stays nowhere: without it settings refuse to load outside local mode.
RUN SUPPORTNET_LOCAL=0 SECRET_KEY=only-to-collect-static-files \
    DATABASE_URL=postgresql://nowhere/none REDIS_URL=redis://nowhere \
    python manage.py collectstatic --noinput
USER supportnet
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-m", "supportnet.probe", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "supportnet.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--worker-class", "gthread", "--preload", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "15", \
     "--no-control-socket"]

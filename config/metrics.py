"""Figures for Prometheus: requests counted by each process, and gauges asked of the database when scraped."""

import os
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from crm.gauges import registered_gauges

REQUESTS = Counter("followthrough_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "followthrough_request_seconds",
    "Time to answer, in seconds",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestMetrics:
    """Counts and times every request under its route, never under its path: labels stay few."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Remember the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then record method, route, status and seconds."""
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else "unmatched"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
        return response


def read_gauges(registry: CollectorRegistry) -> None:
    """Ask the database for every registered gauge, in one query."""
    gauges = registered_gauges()
    if not gauges:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({gauge.sql})::float8" for gauge in gauges))
        row = cursor.fetchone()
    for gauge, value in zip(gauges, row, strict=True):
        Gauge(gauge.name, gauge.help, registry=registry).set(value or 0.0)


def metrics(request: HttpRequest) -> HttpResponse:
    """Show the figures; with METRICS_TOKEN set, only to who sends it as a bearer token."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not constant_time_compare(given, settings.METRICS_TOKEN):
            return HttpResponse("A bearer token is needed.\n", status=401, content_type="text/plain")
    gauges = CollectorRegistry()
    read_gauges(gauges)
    counted: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # sum over all processes that serve pages
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library says no types here
    return HttpResponse(generate_latest(counted) + generate_latest(gauges), content_type=CONTENT_TYPE_LATEST)

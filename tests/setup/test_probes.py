"""What load balancers, operators and browsers are told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from config import health, heartbeat
from crm import gauges


def test_healthz_answers_without_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_names_the_processes_that_were_never_seen(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": "ok",
        "broker": "ok",
        "beat": "not seen yet",
        "worker": "not seen yet",
    }


@pytest.mark.django_db
def test_readyz_is_ready_while_beat_and_worker_show_signs_of_life(client: Client) -> None:
    for process in (heartbeat.BEAT, heartbeat.WORKER):
        heartbeat.mark(process, now=timezone.now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True


@pytest.mark.django_db
def test_readyz_says_how_long_a_silent_process_has_been_silent(client: Client) -> None:
    heartbeat.mark(heartbeat.BEAT, now=timezone.now())
    heartbeat.mark(heartbeat.WORKER, now=timezone.now() - timedelta(minutes=2))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "last seen 120 seconds ago"


@pytest.mark.django_db
def test_metrics_count_requests_by_route_and_show_registered_gauges(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "_gauges", {})
    gauges.register_gauge(name="followthrough_answer", help="A constant", sql="SELECT 42")
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    assert 'followthrough_requests_total{method="GET",route="healthz",status="200"}' in text
    assert "followthrough_answer 42.0" in text


def test_metrics_ask_for_the_token_that_the_settings_name(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_every_answer_carries_a_strict_content_policy(client: Client) -> None:
    headers = client.get("/healthz").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_sane_request_id_is_kept_and_a_foul_one_replaced(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-12345678"})["X-Request-ID"] == "proxy-12345678"
    foul = client.get("/healthz", headers={"X-Request-ID": "x" * 500})["X-Request-ID"]
    assert len(foul) == 16
